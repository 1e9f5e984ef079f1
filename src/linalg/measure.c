// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/linalg.h>

#include <cblas.h>

enum { ORDER = 96 };

double linalg_measure_gemm(void)
{
    double *a = mem_array(3 * ORDER * ORDER, sizeof *a);
    double best = 0.0;
    const double start = clock_monotonic_s();

    for (int i = 0; i < 2 * ORDER * ORDER; i++) a[i] = 1.0 / (1 + i % 7);
    while (clock_monotonic_s() < start + 0.1) {
        const double before = clock_monotonic_s();
        double rate;

        for (int repeat = 0; repeat < 10; repeat++)
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, ORDER, ORDER, ORDER, 1.0, a,
                        ORDER, a + ORDER * ORDER, ORDER, 0.0, a + 2 * ORDER * ORDER, ORDER);
        rate = 20.0 * ORDER * ORDER * ORDER / (clock_monotonic_s() - before);
        if (rate > best) best = rate;
    }
    mem_free(&a);
    return best;
}

double linalg_measure_fma(bool is_double)
{
    (void)is_double;
    return 0.0;
}

double linalg_measure_read(void)
{
    return 0.0;
}

double linalg_measure_copy(void)
{
    return 0.0;
}
