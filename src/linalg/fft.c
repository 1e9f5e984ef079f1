// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/linalg.h>

#include <fftw3.h>

struct fft {
    fftw_plan plan;
    int length;
};

/* FFTW_UNALIGNED: otherwise the code chosen, and the last bits, depend on where an array starts. */
struct fft *fft_create(int length)
{
    struct fft *fft = mem_zero(1, sizeof *fft);
    double *in = mem_zero((size_t)length, sizeof *in);
    double complex *out = mem_zero((size_t)length / 2 + 1, sizeof *out);

    ASSERT(length >= 1);
    fft->length = length;
    fft->plan = fftw_plan_dft_r2c_1d(length, in, (fftw_complex *)out,
                                     FFTW_ESTIMATE | FFTW_UNALIGNED | FFTW_PRESERVE_INPUT);
    ASSERT(fft->plan);
    mem_free(&in);
    mem_free(&out);
    return fft;
}

void fft_destroy(struct fft **fft)
{
    if (!*fft) return;
    fftw_destroy_plan((*fft)->plan);
    mem_free(fft);
}

int fft_length(const struct fft *fft)
{
    return fft->length;
}

/* FFTW's prototype lacks const; FFTW_PRESERVE_INPUT promises it. */
void fft_run(const struct fft *fft, const double *in, double complex *out)
{
    union {
        const double *given;
        double *wanted;
    } input = {.given = in};

    fftw_execute_dft_r2c(fft->plan, input.wanted, (fftw_complex *)out);
}
