// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <immintrin.h>

/*
 * 4 x 12 sums in 12 registers of 4 lanes; a step of p loads 3 registers of the panel, broadcasts 4
 * values of A and makes 12 fused operations.
 */

enum { ROWS = 4, LANES = 4, VECTORS = 3, COLUMNS = LANES * VECTORS };
enum { STRIP = 8 };
enum { PRECISE_ROWS = 2 };

#define AVX2   __attribute__((target("avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) AVX2

static bool is_possible(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/* All bits set in the first @p count lanes. */
INLINE __m256i first_lanes(int count)
{
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
}

INLINE __m128i first_halves(int count)
{
    return _mm_cmpgt_epi32(_mm_set1_epi32(count), _mm_setr_epi32(0, 1, 2, 3));
}

INLINE void transpose(__m256d r[LANES])
{
    const __m256d a = _mm256_unpacklo_pd(r[0], r[1]);
    const __m256d b = _mm256_unpackhi_pd(r[0], r[1]);
    const __m256d c = _mm256_unpacklo_pd(r[2], r[3]);
    const __m256d d = _mm256_unpackhi_pd(r[2], r[3]);

    r[0] = _mm256_permute2f128_pd(a, c, 0x20);
    r[1] = _mm256_permute2f128_pd(b, d, 0x20);
    r[2] = _mm256_permute2f128_pd(a, c, 0x31);
    r[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

AVX2 static void pack(const double *const *row, int length, double *panel)
{
    for (int first = 0; first < COLUMNS; first += LANES) {
        int p = 0;

        for (; p + LANES <= length; p += LANES) {
            __m256d r[LANES];

            UNROLL
            for (int k = 0; k < LANES; k++) r[k] = _mm256_loadu_pd(row[first + k] + p);
            transpose(r);
            UNROLL
            for (int k = 0; k < LANES; k++)
                _mm256_store_pd(panel + (p + k) * COLUMNS + first, r[k]);
        }
        for (; p < length; p++)
            for (int k = 0; k < LANES; k++) panel[p * COLUMNS + first + k] = row[first + k][p];
    }
}

/* Some rows of sums between memory and registers; `last` are the lanes in use of the last vector. */
INLINE void load_sums(const double *from, size_t stride, int rows, int vectors, __m256i last,
                      __m256d sum[][VECTORS])
{
    UNROLL
    for (int i = 0; i < rows; i++) {
        const double *row = from + (size_t)i * stride;

        UNROLL
        for (int v = 0; v < vectors; v++) {
            sum[i][v] =
                _mm256_maskload_pd(row + v * LANES, v == vectors - 1 ? last : first_lanes(LANES));
        }
    }
}

INLINE void store_sums(double *to, size_t stride, int rows, int vectors, __m256i last,
                       __m256d sum[][VECTORS])
{
    UNROLL
    for (int i = 0; i < rows; i++) {
        double *row = to + (size_t)i * stride;

        UNROLL
        for (int v = 0; v < vectors; v++) {
            _mm256_maskstore_pd(row + v * LANES, v == vectors - 1 ? last : first_lanes(LANES),
                                sum[i][v]);
        }
    }
}

INLINE __m256i last_lanes(const struct product *product, int vectors)
{
    return first_lanes(product->column_count - (vectors - 1) * LANES);
}

INLINE void product_of(const struct product *product, int rows, int vectors)
{
    const __m256i last = last_lanes(product, vectors);
    const int length = product->length;
    const double *panel = product->panel;
    const double *row[ROWS];
    __m256d sum[ROWS][VECTORS];

    UNROLL
    for (int i = 0; i < rows; i++) row[i] = product->row[i];
    load_sums(product->c, product->c_stride, rows, vectors, last, sum);
    for (int p = 0; p < length; p++, panel += COLUMNS) {
        UNROLL
        for (int i = 0; i < rows; i++) {
            const __m256d x = _mm256_broadcast_sd(row[i] + p);

            UNROLL
            for (int v = 0; v < vectors; v++) {
                const __m256d y = _mm256_load_pd(panel + v * LANES);

                sum[i][v] = _mm256_fmadd_pd(x, y, sum[i][v]);
            }
        }
    }
    store_sums(product->c, product->c_stride, rows, vectors, last, sum);
}

#define PRODUCT(rows, vectors) \
    AVX2 static void product_##rows##_##vectors(const struct product *product) \
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

static void product(const struct product *product)
{
    static void (*const products[ROWS][VECTORS])(const struct product *) = {NAMES(1), NAMES(2),
                                                                            NAMES(3), NAMES(4)};

    products[product->row_count - 1][(product->column_count - 1) / LANES](product);
}

/* 2 x 12 pairs of sums in 12 registers. */
INLINE void precise_of(const struct product *product, int first_row, int rows, int vectors)
{
    const __m256i last = last_lanes(product, vectors);
    const size_t stride = product->c_stride;
    const size_t first = (size_t)first_row * stride;
    const int length = product->length;
    const double *panel = product->panel;
    const double *row[PRECISE_ROWS];
    __m256d sum[PRECISE_ROWS][VECTORS];
    __m256d left[PRECISE_ROWS][VECTORS];

    UNROLL
    for (int i = 0; i < rows; i++) row[i] = product->row[first_row + i];
    load_sums(product->c + first, stride, rows, vectors, last, sum);
    load_sums(product->rest + first, stride, rows, vectors, last, left);
    for (int p = 0; p < length; p++, panel += COLUMNS) {
        UNROLL
        for (int i = 0; i < rows; i++) {
            const __m256d x = _mm256_broadcast_sd(row[i] + p);

            UNROLL
            for (int v = 0; v < vectors; v++) {
                const __m256d y = _mm256_load_pd(panel + v * LANES);
                const __m256d next = _mm256_fmadd_pd(x, y, sum[i][v]);
                const __m256d taken = _mm256_sub_pd(sum[i][v], next);

                left[i][v] = _mm256_add_pd(left[i][v], _mm256_fmadd_pd(x, y, taken));
                sum[i][v] = next;
            }
        }
    }
    store_sums(product->c + first, stride, rows, vectors, last, sum);
    store_sums(product->rest + first, stride, rows, vectors, last, left);
}

#define PRECISE(vectors) \
    AVX2 static void precise_##vectors(const struct product *product) \
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
    __m256d total[STRIP];

    UNROLL
    for (int v = 0; v < vectors; v++) total[v] = _mm256_loadu_pd(sum + first + v * LANES);
    for (int r = 0; r < rows->count; r++, row += rows->stride) {
        UNROLL
        for (int v = 0; v < vectors; v++)
            total[v] = _mm256_add_pd(total[v], _mm256_loadu_pd(row + v * LANES));
    }
    UNROLL
    for (int v = 0; v < vectors; v++) _mm256_storeu_pd(sum + first + v * LANES, total[v]);
}

AVX2 static void add_rows(const struct linalg_rows *rows, int length, double *sum)
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

/* Four columns, or with @p lanes < 4 the last of them: masked stores are slow where they are not needed. */
INLINE void sum_columns(const float *value, int times, int metrics, int lanes, double *sums,
                        int32_t *counts)
{
    const __m128i halves = first_halves(lanes);
    __m256d total = _mm256_setzero_pd();
    __m128i count = _mm_setzero_si128();

    for (int t = 0; t < times; t++, value += metrics) {
        const __m128 x = lanes == LANES ? _mm_loadu_ps(value) : _mm_maskload_ps(value, halves);
        const __m128 there = _mm_cmpord_ps(x, x);

        total = _mm256_add_pd(total, _mm256_cvtps_pd(_mm_and_ps(x, there)));
        count = _mm_sub_epi32(count, _mm_castps_si128(there));
    }
    _mm256_maskstore_pd(sums, first_lanes(lanes), total);
    _mm_maskstore_epi32(counts, halves, count);
}

AVX2 static void sum(const float *values, int times, int metrics, double *sums, int32_t *counts)
{
    int m = 0;

    for (; m + LANES <= metrics; m += LANES)
        sum_columns(values + m, times, metrics, LANES, sums + m, counts + m);
    if (m < metrics) sum_columns(values + m, times, metrics, metrics - m, sums + m, counts + m);
}

INLINE void centre_columns(const struct centring *centring, int m, int lanes)
{
    const __m128i halves = first_halves(lanes);
    const __m256d offset = centring->offsets
                               ? _mm256_maskload_pd(centring->offsets + m, first_lanes(lanes))
                               : _mm256_setzero_pd();
    const float *value = centring->values + m;
    double *row = centring->rows + m;

    for (int t = 0; t < centring->times; t++) {
        const __m128 x = lanes == LANES ? _mm_loadu_ps(value) : _mm_maskload_ps(value, halves);
        const __m256d centred = _mm256_sub_pd(_mm256_cvtps_pd(x), offset);

        if (lanes == LANES) {
            _mm256_storeu_pd(row, centred);
        } else {
            _mm256_maskstore_pd(row, first_lanes(lanes), centred);
        }
        value += centring->metrics;
        row += centring->row_stride;
    }
}

AVX2 static void centre(const struct centring *centring)
{
    int m = 0;

    for (; m + LANES <= centring->metrics; m += LANES) centre_columns(centring, m, LANES);
    if (m < centring->metrics) centre_columns(centring, m, centring->metrics - m);
}

/* Enough independent sums to cover the latency of any CPU so far (5 steps, 2 a clock). */
enum { CHAINS = 10 };

AVX2 static double spin_double(int rounds)
{
    const __m256d factor = _mm256_set1_pd(0.999);
    __m256d sum[CHAINS];
    volatile double sink;

    UNROLL
    for (int k = 0; k < CHAINS; k++) sum[k] = _mm256_set1_pd(k);
    for (int r = 0; r < rounds; r++) {
        UNROLL
        for (int k = 0; k < CHAINS; k++) sum[k] = _mm256_fmadd_pd(sum[k], factor, factor);
    }
    UNROLL
    for (int k = 1; k < CHAINS; k++) sum[0] = _mm256_add_pd(sum[0], sum[k]);
    sink = _mm256_cvtsd_f64(sum[0]);
    (void)sink;
    return 2.0 * CHAINS * LANES * rounds;
}

AVX2 static double spin_single(int rounds)
{
    const __m256 factor = _mm256_set1_ps(0.999F);
    __m256 sum[CHAINS];
    volatile float sink;

    UNROLL
    for (int k = 0; k < CHAINS; k++) sum[k] = _mm256_set1_ps((float)k);
    for (int r = 0; r < rounds; r++) {
        UNROLL
        for (int k = 0; k < CHAINS; k++) sum[k] = _mm256_fmadd_ps(sum[k], factor, factor);
    }
    UNROLL
    for (int k = 1; k < CHAINS; k++) sum[0] = _mm256_add_ps(sum[0], sum[k]);
    sink = _mm256_cvtss_f32(sum[0]);
    (void)sink;
    return 4.0 * CHAINS * LANES * rounds;
}

static double spin(bool is_double, int rounds)
{
    return is_double ? spin_double(rounds) : spin_single(rounds);
}

const struct kernel kernel_avx2 = {
    .name = "avx2",
    .is_possible = is_possible,
    .rows = ROWS,
    .columns = COLUMNS,
    .pack = pack,
    .pack_values = pack_values_avx2,
    .product = product,
    .precise = precise,
    .add_rows = add_rows,
    .sum = sum,
    .centre = centre,
    .turn = turn_avx2,
    .spin = spin,
};
