// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <immintrin.h>

#include <float.h>
#include <math.h>

/* Fewer readings than this are taken one by one. */
enum { LEAST_READINGS = 4 };

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
#define AVX2   __attribute__((target("avx2,fma")))

/* ---- 8 readings x 8 times in registers ------------------------------------------------------- */

AVX2 static inline __attribute__((always_inline)) void transpose_8(__m256 r[8])
{
    __m256 pair[8];

    UNROLL
    for (int k = 0; k < 8; k += 2) {
        pair[k] = _mm256_unpacklo_ps(r[k], r[k + 1]);
        pair[k + 1] = _mm256_unpackhi_ps(r[k], r[k + 1]);
    }
    UNROLL
    for (int k = 0; k < 8; k += 4) {
        r[k] = _mm256_shuffle_ps(pair[k], pair[k + 2], 0x44);
        r[k + 1] = _mm256_shuffle_ps(pair[k], pair[k + 2], 0xee);
        r[k + 2] = _mm256_shuffle_ps(pair[k + 1], pair[k + 3], 0x44);
        r[k + 3] = _mm256_shuffle_ps(pair[k + 1], pair[k + 3], 0xee);
    }
    UNROLL
    for (int k = 0; k < 4; k++) {
        pair[k] = _mm256_permute2f128_ps(r[k], r[k + 4], 0x20);
        pair[k + 4] = _mm256_permute2f128_ps(r[k], r[k + 4], 0x31);
    }
    UNROLL
    for (int k = 0; k < 8; k++) r[k] = pair[k];
}

AVX512 void pack_values_avx512(const struct packing *packing, int columns, double *panel)
{
    const __mmask8 lanes = (__mmask8)((1 << packing->readings) - 1);

    if (packing->readings < LEAST_READINGS) {
        pack_values_plain(packing, columns, panel);
        return;
    }
    for (int first = 0; first < columns; first += 8) {
        __m256 r[8];

        UNROLL
        for (int k = 0; k < 8; k++) {
            const float *value = packing_column(packing, first + k);

            r[k] = _mm256_maskz_loadu_ps(lanes, value);
            __builtin_prefetch(value + packing->ahead);
        }
        transpose_8(r);
        UNROLL
        for (int k = 0; k < 8; k++) {
            __m512d x;

            if (k >= packing->readings) break;
            x = _mm512_sub_pd(_mm512_cvtps_pd(r[k]), _mm512_set1_pd(packing->offsets[k]));
            if (packing->scales) x = _mm512_mul_pd(x, _mm512_set1_pd(packing->scales[k]));
            _mm512_store_pd(panel + k * columns + first, x);
        }
    }
}

/* ---- 4 readings x 4 times -------------------------------------------------------------------- */

AVX2 static void pack_4(const struct packing *packing, int first, int reading, int columns,
                        double *panel)
{
    __m128 r[4];

    UNROLL
    for (int k = 0; k < 4; k++) r[k] = _mm_loadu_ps(packing_column(packing, first + k) + reading);
    _MM_TRANSPOSE4_PS(r[0], r[1], r[2], r[3]);
    UNROLL
    for (int k = 0; k < 4; k++) {
        const int at = reading + k;
        __m256d x = _mm256_sub_pd(_mm256_cvtps_pd(r[k]), _mm256_set1_pd(packing->offsets[at]));

        if (packing->scales) x = _mm256_mul_pd(x, _mm256_set1_pd(packing->scales[at]));
        _mm256_store_pd(panel + at * columns + first, x);
    }
}

AVX2 void pack_values_avx2(const struct packing *packing, int columns, double *panel)
{
    struct packing rest = *packing;
    int reading = 0;

    for (; reading + 4 <= packing->readings; reading += 4)
        for (int first = 0; first < columns; first += 4)
            pack_4(packing, first, reading, columns, panel);
    rest.values += reading;
    rest.readings -= reading;
    rest.offsets += reading;
    if (rest.scales) rest.scales += reading;
    pack_values_plain(&rest, columns, panel + reading * columns);
}

/* ---- 8 series turned ------------------------------------------------------------------------- */

AVX2 void turn_avx2(const float *series, size_t stride, int times, float *values)
{
    const __m256 most = _mm256_set1_ps(FLT_MAX);
    const __m256 sign = _mm256_set1_ps(-0.0F);
    const __m256 missing = _mm256_set1_ps(NAN);
    int t = 0;

    for (; t + 8 <= times; t += 8) {
        __m256 r[8];

        UNROLL
        for (int k = 0; k < 8; k++) r[k] = _mm256_loadu_ps(series + (size_t)k * stride + t);
        transpose_8(r);
        UNROLL
        for (int k = 0; k < 8; k++) {
            const __m256 there = _mm256_cmp_ps(_mm256_andnot_ps(sign, r[k]), most, _CMP_LE_OQ);

            _mm256_storeu_ps(values + 8 * (t + k), _mm256_blendv_ps(missing, r[k], there));
        }
    }
    turn_plain(series + t, stride, times - t, values + 8 * t);
}
