// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

#include <string.h>

/*
 * B is copied panel by panel, 3 vectors wide and 128 deep (24 KiB of floats: three quarters of a
 * small first-level cache), so the kernels see whole aligned vectors whatever B's layout and however its
 * columns end; A is read where it lies.
 */

static const struct nn_kernel *const kernels[] = {
#ifdef NN_X86
    &nn_kernel_avx512,
    &nn_kernel_avx2,
#endif
    &nn_kernel_portable,
};

enum { KERNEL_COUNT = (int)(sizeof kernels / sizeof kernels[0]) };

static const struct nn_kernel *chosen;

bool nn_use_kernel(const char *name)
{
    for (int k = 0; k < KERNEL_COUNT; k++) {
        if (name && name[0] && strcmp(kernels[k]->name, name) != 0) continue;
        if (!kernels[k]->is_possible()) continue;
        chosen = kernels[k];
        return true;
    }
    return false;
}

const struct nn_kernel *nn_kernel_now(void)
{
    if (!chosen) ASSERT(nn_use_kernel(NULL));
    return chosen;
}

const char *nn_kernel(void)
{
    return nn_kernel_now()->name;
}

struct nn_matrix nn_rows(const real *first, int64_t row_length)
{
    return (struct nn_matrix){first, row_length, 1};
}

struct nn_matrix nn_columns(const real *first, int64_t row_length)
{
    return (struct nn_matrix){first, 1, row_length};
}

/* Some columns of @p run rows of B, filled up with zeros to whole vectors. */
static void pack(const struct nn_matrix *b, int columns, int run, real *panel)
{
    const int width = (columns + NN_LANES - 1) / NN_LANES * NN_LANES;

    if (b->column_step == 1 && columns == NN_VECTORS * NN_LANES) {
        for (int k = 0; k < run; k++)
            memcpy(panel + (int64_t)k * width, b->first + k * b->row_step,
                   NN_VECTORS * NN_LANES * sizeof *panel);
    } else if (b->column_step == 1) {
        for (int k = 0; k < run; k++) {
            real *row = panel + (int64_t)k * width;

            memcpy(row, b->first + k * b->row_step, (size_t)columns * sizeof *panel);
            for (int j = columns; j < width; j++) row[j] = 0;
        }
    } else {
        for (int k = 0; k < run && columns < width; k++)
            memset(panel + (int64_t)k * width + columns, 0,
                   (size_t)(width - columns) * sizeof *panel);
        ASSERT(b->row_step == 1);
        nn_kernel_now()->turn(run, columns, b->first, b->column_step, width, panel);
    }
}

/* One panel of B against all rows of A. */
static void multiply_panel(const struct nn_product *product, struct nn_block block)
{
    const int blocks = (product->rows + NN_ROWS - 1) / NN_ROWS;
    const real *a = block.a;
    real *c = block.c;

    for (int b = 0; b < blocks; b++) {
        const int first = (int)((int64_t)product->rows * b / blocks);

        block.rows = (int)((int64_t)product->rows * (b + 1) / blocks) - first;
        block.a = a + first * block.a_row_step;
        block.c = c + first * block.c_stride;
        nn_kernel_now()->block(&block);
    }
}

static void clear(const struct nn_product *product)
{
    for (int i = 0; i < product->rows; i++)
        memset(product->c + i * product->c_stride, 0, (size_t)product->columns * sizeof(real));
}

void nn_multiply(const struct nn_product *product, real *panel)
{
    const int width = NN_VECTORS * NN_LANES;
    real *aligned = (real *)(((uintptr_t)panel + 63) & ~(uintptr_t)63);

    if (product->depth == 0 && !product->should_add) clear(product);
    for (int first = 0; first < product->columns; first += width) {
        const int rest = product->columns - first;
        const int columns = rest < width ? rest : width;

        for (int k = 0; k < product->depth; k += NN_RUN) {
            const int run = product->depth - k < NN_RUN ? product->depth - k : NN_RUN;
            struct nn_matrix b = product->b;

            b.first += k * b.row_step + first * b.column_step;
            pack(&b, columns, run, aligned);
            multiply_panel(product,
                           (struct nn_block){.a = product->a.first + k * product->a.column_step,
                                             .a_row_step = product->a.row_step,
                                             .a_column_step = product->a.column_step,
                                             .panel = aligned,
                                             .c = product->c + first,
                                             .c_stride = product->c_stride,
                                             .vectors = (columns + NN_LANES - 1) / NN_LANES,
                                             .run = run,
                                             .columns = columns,
                                             .should_add = product->should_add || k > 0});
        }
    }
}

void nn_multiply_plain(const struct nn_product *product)
{
    for (int i = 0; i < product->rows; i++) {
        for (int j = 0; j < product->columns; j++) {
            const real *a = product->a.first + i * product->a.row_step;
            const real *b = product->b.first + j * product->b.column_step;
            real *c = &product->c[i * product->c_stride + j];
            real sum = product->should_add ? *c : 0;

            for (int k = 0; k < product->depth; k++)
                sum += a[k * product->a.column_step] * b[k * product->b.row_step];
            *c = sum;
        }
    }
}
