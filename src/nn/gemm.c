// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

#include <string.h>

/*
 * B is taken panel by panel, 3 vectors wide and 128 deep (24 KiB of floats: three quarters of a small first-level
 * cache). Where its rows lie in memory and a panel ends with a vector it is read in place, else copied or turned, so
 * the kernels see whole vectors whatever B's layout and however its columns end; A is read where it lies.
 */

static const struct nn_kernel *const kernels[] = {
#ifdef NN_X86
    &nn_kernel_avx512,
    &nn_kernel_avx2,
#endif
    &nn_kernel_portable,
};

enum { MOST_TAIL = NN_LANES / 2 - 1 };

enum { KERNEL_COUNT = (int)(sizeof kernels / sizeof kernels[0]) };

static const struct nn_kernel *chosen;

bool nn_use_kernel(const char *name)
{
    for (int k = 0; k < KERNEL_COUNT; k++) {
        if (name && name[0] && strcmp(kernels[k]->name, name) != 0) continue;
        ASSERT(kernels[k]);
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
    return (struct nn_matrix){first, row_length, 1, false};
}

struct nn_matrix nn_columns(const real *first, int64_t row_length)
{
    return (struct nn_matrix){first, 1, row_length, false};
}

int nn_whole_vectors(int columns)
{
    return (columns + NN_LANES - 1) / NN_LANES * NN_LANES;
}

struct nn_matrix nn_padded(const real *first, int columns)
{
    return (struct nn_matrix){first, nn_whole_vectors(columns), 1, true};
}

/* Some columns of @p run rows of B, filled up with zeros to whole vectors. */
static void pack(const struct nn_matrix *b, int columns, int run, real *panel)
{
    const struct nn_kernel *kernel = nn_kernel_now();
    const int width = nn_whole_vectors(columns);

    if (b->column_step == 1) {
        kernel->copy(run, columns, b->first, b->row_step, width, panel);
    } else {
        ASSERT(b->row_step == 1);
        kernel->turn(run, columns, b->first, b->column_step, width, panel);
    }
}

static bool can_read_in_place(const struct nn_matrix *b, int columns)
{
    return b->is_padded || (b->column_step == 1 && columns % NN_LANES == 0);
}

static void clear(const struct nn_product *product)
{
    for (int i = 0; i < product->rows; i++)
        memset(product->c + i * product->c_stride, 0, (size_t)product->columns * sizeof(real));
}

/* The columns and the run of the depth that begin there. */
static void multiply_panel(const struct nn_product *product, struct nn_panel panel,
                           int first_column, int first_k, real *packed)
{
    const struct nn_kernel *kernel = nn_kernel_now();
    struct nn_matrix b = product->b;

    b.first += first_k * b.row_step + first_column * b.column_step;
    panel.a = product->a.first + first_k * product->a.column_step;
    panel.c = product->c + first_column;
    if (can_read_in_place(&b, panel.columns)) {
        panel.b = b.first;
        panel.b_step = b.row_step;
    } else {
        pack(&b, panel.columns, panel.run, packed);
        panel.b = packed;
        panel.b_step = nn_whole_vectors(panel.columns);
    }
    if (kernel->narrow && panel.columns <= NN_LANES / 2)
        kernel->narrow(&panel);
    else
        kernel->panel(&panel);
}

/* Of the next panel, where @p rest columns are left: what half a vector holds is a panel of its own. */
static int panel_columns(int rest)
{
    const int width = NN_VECTORS * NN_LANES;
    const int tail = rest % NN_LANES;

    if (rest >= width) return width;
    return nn_kernel_now()->narrow && tail <= NN_LANES / 2 && rest > tail ? rest - tail : rest;
}

static void multiply_columns(const struct nn_product *product, int columns, real *packed)
{
    struct nn_panel panel = {.a_row_step = product->a.row_step,
                             .a_column_step = product->a.column_step,
                             .c_stride = product->c_stride,
                             .rows = product->rows};

    for (int first = 0; first < columns; first += panel.columns) {
        panel.columns = panel_columns(columns - first);
        for (int k = 0; k < product->depth; k += NN_RUN) {
            panel.run = product->depth - k < NN_RUN ? product->depth - k : NN_RUN;
            panel.should_add = product->should_add || k > 0;
            multiply_panel(product, panel, first, k, packed);
        }
    }
}

static struct nn_matrix turned(struct nn_matrix matrix)
{
    return (struct nn_matrix){matrix.first, matrix.column_step, matrix.row_step, false};
}

/* How many last columns would leave most of a vector empty, where rows of C would not if they lay in its lanes. */
static int tail_columns(const struct nn_product *product)
{
    const int tail = product->columns % NN_LANES;

    return product->a.row_step == 1 && product->rows >= NN_LANES && tail <= MOST_TAIL ? tail : 0;
}

/* The last columns as rows of the turned product: the same chains of multiply-adds. */
static void multiply_tail(const struct nn_product *product, int tail, real *packed)
{
    enum { WIDTH = NN_VECTORS * NN_LANES };
    const int first_column = product->columns - tail;
    real some[MOST_TAIL * WIDTH];

    ASSERT(product->depth > 0);
    for (int first = 0; first < product->rows; first += WIDTH) {
        const int count = product->rows - first < WIDTH ? product->rows - first : WIDTH;
        real *c = product->c + first * product->c_stride + first_column;
        struct nn_product part = {.rows = tail,
                                  .columns = count,
                                  .depth = product->depth,
                                  .a = turned(product->b),
                                  .b = turned(product->a),
                                  .c = some,
                                  .c_stride = WIDTH,
                                  .should_add = product->should_add};

        part.a.first += first_column * product->b.column_step;
        part.b.first += first * product->a.row_step;
        for (int i = 0; i < count * tail && product->should_add; i++)
            some[i % tail * WIDTH + i / tail] = c[i / tail * product->c_stride + i % tail];
        multiply_columns(&part, count, packed);
        for (int i = 0; i < count * tail; i++)
            c[i / tail * product->c_stride + i % tail] = some[i % tail * WIDTH + i / tail];
    }
}

void nn_multiply(const struct nn_product *product, real *work)
{
    real *aligned = (real *)(((uintptr_t)work + 63) & ~(uintptr_t)63);
    const int tail = tail_columns(product);

    if (product->depth == 0) {
        if (!product->should_add) clear(product);
        return;
    }
    multiply_columns(product, product->columns - tail, aligned);
    if (tail > 0) multiply_tail(product, tail, aligned);
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
