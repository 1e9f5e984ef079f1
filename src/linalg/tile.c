#include <telltale/linalg.h>

#include <math.h>

size_t linalg_row_stride(size_t length)
{
    const size_t lines = (length + 7) / 8;

    return 8 * (lines | 1);
}

void linalg_tile_sums(const struct linalg_tile *tile, double *sums, int32_t *counts)
{
    for (int h = 0; h < tile->hosts; h++) {
        const float *values = tile->values + (size_t)h * tile->host_stride;
        double *sum = sums + (size_t)h * (size_t)tile->metrics;
        int32_t *count = counts + (size_t)h * (size_t)tile->metrics;

        for (int m = 0; m < tile->metrics; m++) sum[m] = count[m] = 0;
        for (int t = 0; t < tile->times; t++) {
            for (int m = 0; m < tile->metrics; m++, values++) {
                if (isnan(*values)) continue;
                sum[m] += (double)*values;
                count[m]++;
            }
        }
    }
}

void linalg_tile_rows(const struct linalg_tile *tile, const double *offsets, double *rows,
                      size_t row_stride)
{
    const size_t metrics = (size_t)tile->metrics;

    for (size_t h = 0; h < (size_t)tile->hosts; h++) {
        const float *values = tile->values + h * tile->host_stride;

        for (size_t t = 0; t < (size_t)tile->times; t++) {
            double *row = rows + t * row_stride + h * metrics;

            for (size_t m = 0; m < metrics; m++)
                row[m] = (double)*values++ - (offsets ? offsets[h * metrics + m] : 0.0);
        }
    }
}
