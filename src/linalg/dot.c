#include "kernels.h"

#include <cblas.h>

#include <math.h>
#include <string.h>

bool linalg_use_kernel(const char *name)
{
    return !name || !*name || strcmp(name, "portable") == 0;
}

const char *linalg_kernel(void)
{
    return "portable";
}

static const double *row_of(const struct linalg_rows *rows, int r)
{
    return rows->row ? rows->row[r] : rows->first + (size_t)r * rows->stride;
}

void linalg_dot_add_plain(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                          size_t c_stride)
{
    for (int i = 0; i < a.count; i++) {
        for (int j = 0; j < b.count; j++) {
            const double *x = row_of(&a, i);
            const double *y = row_of(&b, j);
            double sum = 0.0;

            for (int p = 0; p < length; p++) sum += x[p] * y[p];
            c[(size_t)i * c_stride + (size_t)j] += sum;
        }
    }
}

void linalg_dot_add(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                    size_t c_stride)
{
    linalg_dot_add_plain(a, b, length, c, c_stride);
}

void linalg_dot_add_gemm(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                         size_t c_stride)
{
    ASSERT(!a.row && !b.row);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, a.count, b.count, length, 1.0, a.first,
                (int)a.stride, b.first, (int)b.stride, 1.0, c, (int)c_stride);
}
