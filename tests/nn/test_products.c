// SPDX-License-Identifier: BSD-3-Clause
/* Products of every kernel against the plain loops, in double precision. */
#include "check.h"

#include <telltale/nn.h>

#include <math.h>
#include <string.h>

static const char *const kernels[] = {"portable", "avx2", "avx512"};

enum { KERNELS = 3, SIZES = 80, MOST = 150, MOST_DEPTH = 300 };

struct matrices {
    int rows, columns, depth;
    bool is_a_turned, is_b_turned, should_add;
    real *a, *b, *c, *plain, *panel;
};

static real *random_reals(struct random *random, int64_t count)
{
    real *x = mem_zero((size_t)count, sizeof *x);

    for (int64_t i = 0; i < count; i++) x[i] = (real)random_normal(random);
    return x;
}

/* Sizes with every kind of remainder: of rows, of vectors, of runs of the depth; none at all too. */
static struct matrices make_matrices(uint64_t number)
{
    struct random random = random_start(3, number);
    struct matrices m = {.rows = 1 + (int)random_below(&random, MOST),
                         .columns = 1 + (int)random_below(&random, MOST),
                         .depth = (int)random_below(&random, number % 3 ? 20 : MOST_DEPTH),
                         .is_a_turned = number % 2 == 1,
                         .is_b_turned = number / 2 % 2 == 1,
                         .should_add = number / 4 % 2 == 1};
    const int64_t count = (int64_t)m.rows * m.columns;

    m.a = random_reals(&random, (int64_t)m.rows * m.depth + 1);
    m.b = random_reals(&random, (int64_t)m.depth * m.columns + 1);
    m.c = random_reals(&random, count);
    m.plain = mem_zero((size_t)count, sizeof *m.plain);
    m.panel = mem_zero(NN_PANEL_REALS, sizeof *m.panel);
    memcpy(m.plain, m.c, (size_t)count * sizeof *m.c);
    return m;
}

static void release(struct matrices *m)
{
    mem_free(&m->a);
    mem_free(&m->b);
    mem_free(&m->c);
    mem_free(&m->plain);
    mem_free(&m->panel);
}

static struct nn_product product_of(const struct matrices *m, real *c)
{
    return (struct nn_product){
        .rows = m->rows,
        .columns = m->columns,
        .depth = m->depth,
        .a = m->is_a_turned ? nn_columns(m->a, m->rows) : nn_rows(m->a, m->depth),
        .b = m->is_b_turned ? nn_columns(m->b, m->depth) : nn_rows(m->b, m->columns),
        .c = c,
        .c_stride = m->columns,
        .should_add = m->should_add};
}

static void products_of_every_kernel_are_those_of_the_plain_loops(void)
{
    for (uint64_t number = 0; number < SIZES; number++) {
        for (int k = 0; k < KERNELS; k++) {
            struct matrices m = make_matrices(number);
            const struct nn_product plain = product_of(&m, m.plain);
            const struct nn_product fast = product_of(&m, m.c);

            if (nn_use_kernel(kernels[k])) {
                nn_multiply_plain(&plain);
                nn_multiply(&fast, m.panel);
            }
            for (int i = 0; nn_use_kernel(kernels[k]) && i < m.rows * m.columns; i++)
                CHECK_CLOSE(m.c[i], m.plain[i], 1e-15 * 10 * (m.depth + 1));
            release(&m);
        }
    }
    CHECK(nn_use_kernel(NULL));
}

static void an_entry_does_not_depend_on_what_is_computed_beside_it(void)
{
    struct matrices m = make_matrices(3);
    struct nn_product product = product_of(&m, m.c);
    real alone = 0;

    product.should_add = false;
    nn_multiply(&product, m.panel);
    product.a.first += (m.rows - 1) * product.a.row_step;
    product.b.first += (m.columns - 1) * product.b.column_step;
    product.rows = product.columns = 1;
    product.c = &alone;
    nn_multiply(&product, m.panel);
    CHECK(alone == m.c[m.rows * m.columns - 1]);
    release(&m);
}

/* w = 1, g = 1, t = 1: the step is lr (decay + 1 / (1 + eps)) whatever the betas. */
static void the_first_step_of_adamw_is_the_learning_rate_long(void)
{
    const struct adamw adamw = {0.1, 0.9, 0.999, 1e-8, 0.01};
    const double gradient[2] = {1, -5};
    real w[2] = {1, 1};
    real first[2] = {0};
    real second[2] = {0};

    adamw_step(&adamw, 1, 2, gradient, w, first, second);
    CHECK_CLOSE(w[0], 1 - 0.001 - 0.1, 1e-8);
    CHECK_CLOSE(w[1], 1 - 0.001 + 0.1, 1e-8);
    CHECK_CLOSE(first[1], -0.5, 1e-15);
    CHECK_CLOSE(second[1], 0.025, 1e-15);
}

CHECK_MAIN({"products", products_of_every_kernel_are_those_of_the_plain_loops},
           {"entries", an_entry_does_not_depend_on_what_is_computed_beside_it},
           {"adamw", the_first_step_of_adamw_is_the_learning_rate_long})
