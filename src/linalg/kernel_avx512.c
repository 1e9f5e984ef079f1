// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <immintrin.h>

/*
 * 8 x 24 sums in 24 registers of 8 lanes; a step of p loads 3 registers of the panel, broadcasts 8
 * values of A and makes 24 fused operations.
 */

enum { ROWS = 8, LANES = 8, VECTORS = 3, COLUMNS = LANES * VECTORS };
enum { STRIP = 8 };
enum { PRECISE_ROWS = 4 };

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) AVX512

static bool is_possible(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
           && __builtin_cpu_supports("avx512vl");
}

static __mmask8 first_lanes(int count)
{
    return (__mmask8)(count >= LANES ? 0xff : (1 << count) - 1);
}

INLINE void transpose(__m512d r[LANES])
{
    __m512d pair[LANES];
    __m512d quad[LANES];

    UNROLL
    for (int k = 0; k < LANES; k += 2) {
        pair[k] = _mm512_unpacklo_pd(r[k], r[k + 1]);
        pair[k + 1] = _mm512_unpackhi_pd(r[k], r[k + 1]);
    }
    UNROLL
    for (int k = 0; k < LANES; k += 4) {
        quad[k] = _mm512_shuffle_f64x2(pair[k], pair[k + 2], 0x88);
        quad[k + 1] = _mm512_shuffle_f64x2(pair[k + 1], pair[k + 3], 0x88);
        quad[k + 2] = _mm512_shuffle_f64x2(pair[k], pair[k + 2], 0xdd);
        quad[k + 3] = _mm512_shuffle_f64x2(pair[k + 1], pair[k + 3], 0xdd);
    }
    UNROLL
    for (int k = 0; k < 4; k++) {
        r[k] = _mm512_shuffle_f64x2(quad[k], quad[k + 4], 0x88);
        r[k + 4] = _mm512_shuffle_f64x2(quad[k], quad[k + 4], 0xdd);
    }
}

AVX512 static void pack(const double *const *row, int length, double *panel)
{
    for (int first = 0; first < COLUMNS; first += LANES) {
        int p = 0;

        for (; p + LANES <= length; p += LANES) {
            __m512d r[LANES];

            UNROLL
            for (int k = 0; k < LANES; k++) r[k] = _mm512_loadu_pd(row[first + k] + p);
            transpose(r);
            UNROLL
            for (int k = 0; k < LANES; k++)
                _mm512_store_pd(panel + (p + k) * COLUMNS + first, r[k]);
        }
        for (; p < length; p++)
            for (int k = 0; k < LANES; k++) panel[p * COLUMNS + first + k] = row[first + k][p];
    }
}

/* Some rows of sums between memory and registers; `last` are the lanes in use of the last vector. */
INLINE void load_sums(const double *from, size_t stride, int rows, int vectors, __mmask8 last,
                      __m512d sum[][VECTORS])
{
    UNROLL
    for (int i = 0; i < rows; i++) {
        const double *row = from + (size_t)i * stride;

        UNROLL
        for (int v = 0; v < vectors; v++) {
            sum[i][v] = _mm512_maskz_loadu_pd(v == vectors - 1 ? last : 0xff, row + v * LANES);
        }
    }
}

INLINE void store_sums(double *to, size_t stride, int rows, int vectors, __mmask8 last,
                       __m512d sum[][VECTORS])
{
    UNROLL
    for (int i = 0; i < rows; i++) {
        double *row = to + (size_t)i * stride;

        UNROLL
        for (int v = 0; v < vectors; v++) {
            _mm512_mask_storeu_pd(row + v * LANES, v == vectors - 1 ? last : 0xff, sum[i][v]);
        }
    }
}

INLINE __mmask8 last_lanes(const struct product *product, int vectors)
{
    return first_lanes(product->column_count - (vectors - 1) * LANES);
}

INLINE void product_of(const struct product *product, int rows, int vectors)
{
    const __mmask8 last = last_lanes(product, vectors);
    const int length = product->length;
    const double *panel = product->panel;
    const double *row[ROWS];
    __m512d sum[ROWS][VECTORS];

    UNROLL
    for (int i = 0; i < rows; i++) row[i] = product->row[i];
    load_sums(product->c, product->c_stride, rows, vectors, last, sum);
    for (int p = 0; p < length; p++, panel += COLUMNS) {
        UNROLL
        for (int i = 0; i < rows; i++) {
            const __m512d x = _mm512_set1_pd(row[i][p]);

            UNROLL
            for (int v = 0; v < vectors; v++) {
                const __m512d y = _mm512_load_pd(panel + v * LANES);

                sum[i][v] = _mm512_fmadd_pd(x, y, sum[i][v]);
            }
        }
    }
    store_sums(product->c, product->c_stride, rows, vectors, last, sum);
}

#define PRODUCT(rows, vectors) \
    AVX512 static void product_##rows##_##vectors(const struct product *product) \
    { \
        product_of(product, rows, vectors); \
    }
#define PRODUCTS(rows) PRODUCT(rows, 1) PRODUCT(rows, 2) PRODUCT(rows, 3)
#define NAMES(rows) \
    { \
        product_##rows##_1, product_##rows##_2, product_##rows##_3 \
    }

PRODUCTS(1)
PRODUCTS(2)
PRODUCTS(3)
PRODUCTS(4)
PRODUCTS(5)
PRODUCTS(6)
PRODUCTS(7)
PRODUCTS(8)

static void product(const struct product *product)
{
    static void (*const products[ROWS][VECTORS])(const struct product *) = {
        NAMES(1), NAMES(2), NAMES(3), NAMES(4), NAMES(5), NAMES(6), NAMES(7), NAMES(8)};

    products[product->row_count - 1][(product->column_count - 1) / LANES](product);
}

/* 4 x 24 pairs of sums in 24 registers. */
INLINE void precise_of(const struct product *product, int first_row, int rows, int vectors)
{
    const __mmask8 last = last_lanes(product, vectors);
    const size_t stride = product->c_stride;
    const size_t first = (size_t)first_row * stride;
    const int length = product->length;
    const double *panel = product->panel;
    const double *row[PRECISE_ROWS];
    __m512d sum[PRECISE_ROWS][VECTORS];
    __m512d left[PRECISE_ROWS][VECTORS];

    UNROLL
    for (int i = 0; i < rows; i++) row[i] = product->row[first_row + i];
    load_sums(product->c + first, stride, rows, vectors, last, sum);
    load_sums(product->rest + first, stride, rows, vectors, last, left);
    for (int p = 0; p < length; p++, panel += COLUMNS) {
        UNROLL
        for (int i = 0; i < rows; i++) {
            const __m512d x = _mm512_set1_pd(row[i][p]);

            UNROLL
            for (int v = 0; v < vectors; v++) {
                const __m512d y = _mm512_load_pd(panel + v * LANES);
                const __m512d next = _mm512_fmadd_pd(x, y, sum[i][v]);
                const __m512d taken = _mm512_sub_pd(sum[i][v], next);

                left[i][v] = _mm512_add_pd(left[i][v], _mm512_fmadd_pd(x, y, taken));
                sum[i][v] = next;
            }
        }
    }
    store_sums(product->c + first, stride, rows, vectors, last, sum);
    store_sums(product->rest + first, stride, rows, vectors, last, left);
}

#define PRECISE(vectors) \
    AVX512 static void precise_##vectors(const struct product *product) \
    { \
        int i = 0; \
\
        for (; i + PRECISE_ROWS <= product->row_count; i += PRECISE_ROWS) \
            precise_of(product, i, PRECISE_ROWS, vectors); \
        for (; i < product->row_count; i++) precise_of(product, i, 1, vectors); \
    }

PRECISE(1)
PRECISE(2)
PRECISE(3)

static void precise(const struct product *product)
{
    static void (*const precises[VECTORS])(const struct product *) = {precise_1, precise_2,
                                                                      precise_3};

    precises[(product->column_count - 1) / LANES](product);
}

/* Columns in strips of 8 registers: sums stay there, rows are read and nothing else. */
INLINE void add_strip(const struct linalg_rows *rows, int first, int vectors, double *sum)
{
    const double *row = rows->first + first;
    __m512d total[STRIP];

    UNROLL
    for (int v = 0; v < vectors; v++) total[v] = _mm512_loadu_pd(sum + first + v * LANES);
    for (int r = 0; r < rows->count; r++, row += rows->stride) {
        UNROLL
        for (int v = 0; v < vectors; v++)
            total[v] = _mm512_add_pd(total[v], _mm512_loadu_pd(row + v * LANES));
    }
    UNROLL
    for (int v = 0; v < vectors; v++) _mm512_storeu_pd(sum + first + v * LANES, total[v]);
}

AVX512 static void add_rows(const struct linalg_rows *rows, int length, double *sum)
{
    int first = 0;

    for (; first + STRIP * LANES <= length; first += STRIP * LANES)
        add_strip(rows, first, STRIP, sum);
    for (; first + LANES <= length; first += LANES) add_strip(rows, first, 1, sum);
    for (; first < length; first++) {
        for (int r = 0; r < rows->count; r++)
            sum[first] += rows->first[(size_t)r * rows->stride + (size_t)first];
    }
}

AVX512 static void sum(const float *values, int times, int metrics, double *sums, int32_t *counts)
{
    for (int m = 0; m < metrics; m += LANES) {
        const __mmask8 lanes = first_lanes(metrics - m);
        const float *value = values + m;
        __m512d total = _mm512_setzero_pd();
        __m256i count = _mm256_setzero_si256();

        for (int t = 0; t < times; t++, value += metrics) {
            const __m256 x = _mm256_maskz_loadu_ps(lanes, value);
            const __mmask8 there = _mm256_cmp_ps_mask(x, x, _CMP_ORD_Q);

            total = _mm512_mask_add_pd(total, there, total, _mm512_cvtps_pd(x));
            count = _mm256_mask_add_epi32(count, there, count, _mm256_set1_epi32(1));
        }
        _mm512_mask_storeu_pd(sums + m, lanes, total);
        _mm256_mask_storeu_epi32(counts + m, lanes, count);
    }
}

AVX512 static void centre(const struct centring *centring)
{
    for (int m = 0; m < centring->metrics; m += LANES) {
        const __mmask8 lanes = first_lanes(centring->metrics - m);
        const __m512d offset = centring->offsets
                                   ? _mm512_maskz_loadu_pd(lanes, centring->offsets + m)
                                   : _mm512_setzero_pd();
        const float *value = centring->values + m;
        double *row = centring->rows + m;

        for (int t = 0; t < centring->times; t++) {
            const __m512d x = _mm512_cvtps_pd(_mm256_maskz_loadu_ps(lanes, value));

            __builtin_prefetch(value + centring->ahead);

            _mm512_mask_storeu_pd(row, lanes, _mm512_sub_pd(x, offset));
            value += centring->metrics;
            row += centring->row_stride;
        }
    }
}

/* Enough independent sums to cover the latency of any CPU so far (5 steps, 2 a clock). */
enum { CHAINS = 10 };

AVX512 static double spin_double(int rounds)
{
    const __m512d factor = _mm512_set1_pd(0.999);
    __m512d sum[CHAINS];
    volatile double sink;

    UNROLL
    for (int k = 0; k < CHAINS; k++) sum[k] = _mm512_set1_pd(k);
    for (int r = 0; r < rounds; r++) {
        UNROLL
        for (int k = 0; k < CHAINS; k++) sum[k] = _mm512_fmadd_pd(sum[k], factor, factor);
    }
    UNROLL
    for (int k = 1; k < CHAINS; k++) sum[0] = _mm512_add_pd(sum[0], sum[k]);
    sink = _mm512_cvtsd_f64(sum[0]);
    (void)sink;
    return 2.0 * CHAINS * LANES * rounds;
}

AVX512 static double spin_single(int rounds)
{
    const __m512 factor = _mm512_set1_ps(0.999F);
    __m512 sum[CHAINS];
    volatile float sink;

    UNROLL
    for (int k = 0; k < CHAINS; k++) sum[k] = _mm512_set1_ps((float)k);
    for (int r = 0; r < rounds; r++) {
        UNROLL
        for (int k = 0; k < CHAINS; k++) sum[k] = _mm512_fmadd_ps(sum[k], factor, factor);
    }
    UNROLL
    for (int k = 1; k < CHAINS; k++) sum[0] = _mm512_add_ps(sum[0], sum[k]);
    sink = _mm512_cvtss_f32(sum[0]);
    (void)sink;
    return 4.0 * CHAINS * LANES * rounds;
}

static double spin(bool is_double, int rounds)
{
    return is_double ? spin_double(rounds) : spin_single(rounds);
}

const struct kernel kernel_avx512 = {
    .name = "avx512",
    .is_possible = is_possible,
    .rows = ROWS,
    .columns = COLUMNS,
    .pack = pack,
    .pack_values = pack_values_avx512,
    .product = product,
    .precise = precise,
    .add_rows = add_rows,
    .sum = sum,
    .centre = centre,
    .turn = turn_avx2,
    .spin = spin,
};
