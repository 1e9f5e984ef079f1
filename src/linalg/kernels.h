// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file kernels.h
 * What the files of linalg share: the table of kernels, one row per instruction set.
 *
 * Every function of a row gives the bits of the portable row: sums run in one order, fused where the
 * portable code says fma(), and only the number of independent sums side by side differs.
 */
#pragma once

#include <telltale/linalg.h>

/* Unrolls the loop that follows, up to 16 rounds, which lets its arrays live in registers. */
#ifdef __clang__
#    define UNROLL _Pragma("unroll")
#else
#    define UNROLL _Pragma("GCC unroll 16")
#endif

enum {
    KERNEL_ROWS = 8,     /**< most rows of A in one product */
    KERNEL_COLUMNS = 24, /**< most rows of B in one panel */
    KERNEL_RUN = 256,    /**< most steps of p in one panel: 48 KiB, near while all rows of A pass */
    KERNEL_READINGS = 8, /**< most readings of one packing */
};

struct product {
    const double *row[KERNEL_ROWS];
    int row_count, column_count, length;
    const double *panel; /**< [length][columns of the kernel], aligned to 64 bytes */
    double *c;
    double *rest; /**< of precise products, with the stride of c */
    size_t c_stride;
};

struct centring {
    const float *values;
    int times, metrics;
    size_t ahead;          /**< floats from a value to one that will soon be asked for */
    const double *offsets; /**< NULL: zeros */
    double *rows;
    size_t row_stride;
};

/** Some readings of one host, at the times of one panel. */
struct packing {
    const float *values; /**< shape [times, readings], rows by `stride` */
    int readings, times; /**< 1 to KERNEL_READINGS; 1 to the kernel's columns */
    size_t stride;
    size_t ahead;                   /**< floats from a value to one that will soon be asked for */
    const double *offsets, *scales; /**< shape [readings]; scales may be NULL: ones */
};

/** The values at time @p t, or at the last. */
static inline const float *packing_column(const struct packing *packing, int t)
{
    return packing->values
           + (size_t)(t < packing->times ? t : packing->times - 1) * packing->stride;
}

struct kernel {
    const char *name;
    bool (*is_possible)(void);
    int rows, columns; /**< size of its product, at most the above */

    /** panel[p][j] = row[j][p]; all `columns` pointers are valid, some may be equal. */
    void (*pack)(const double *const *row, int length, double *panel);

    /** panel[k][t] = (values[t][k] - offsets[k]) * scales[k]; columns beyond the last repeat it. */
    void (*pack_values)(const struct packing *packing, int columns, double *panel);

    /**
     * c[i][j] = fma(row[i][p], panel[p][j], c[i][j]) for p = 0, 1, ... length - 1.
     *
     * i < row_count, j < column_count, both from 1 to the size of the product.
     */
    void (*product)(const struct product *product);

    /**
     * The same, with what each step's rounding takes off added to rest[i][j]:
     *
     *     next = fma(x, y, c), rest += fma(x, y, c - next), c = next.
     */
    void (*precise)(const struct product *product);

    /** sum[p] += rows[r][p] for r = 0, 1, ...; rows have stride. */
    void (*add_rows)(const struct linalg_rows *rows, int length, double *sum);

    /** One host: sums[m] and counts[m] over the times of values[times][metrics] that are not NaN. */
    void (*sum)(const float *values, int times, int metrics, double *sums, int32_t *counts);

    /** One host: rows[t * row_stride + m] = values[t][m] - offsets[m]. */
    void (*centre)(const struct centring *centring);

    /** LINALG_TURNED series: values[t][k] = series[k * stride + t], NaN where that is not finite. */
    void (*turn)(const float *series, size_t stride, int times, float *values);

    /** Fused multiply-adds on registers alone. @return how many floating-point operations it made */
    double (*spin)(bool is_double, int rounds);
};

extern const struct kernel kernel_portable, kernel_avx2, kernel_avx512;

void pack_values_plain(const struct packing *packing, int columns, double *panel);
void pack_values_avx2(const struct packing *packing, int columns, double *panel);
void pack_values_avx512(const struct packing *packing, int columns, double *panel);

void turn_plain(const float *series, size_t stride, int times, float *values);
void turn_avx2(const float *series, size_t stride, int times, float *values);

/** Row number @p r. */
const double *dot_row(const struct linalg_rows *rows, int r);

/** B of a product: rows, or a tile that stands for rows with a time each. */
struct dot_right {
    const struct linalg_rows *rows; /**< NULL: the tile */
    const struct linalg_tile *tile;
    const double *offsets, *scales;
};

/** product() over all rows and runs, precise() where @p target has a rest; of @p target, c, rest and their
 *  stride are read. */
void dot_by_panels(const struct linalg_rows *a, const struct dot_right *b, int length,
                   struct product target);

/** The row in use. */
const struct kernel *kernel_now(void);

/** Are all @p count numbers finite? */
bool small_is_finite(const double *x, size_t count);
