#include <telltale/linalg.h>

#include <math.h>

/* Partial sums side by side: one register of AVX-512. Part of the result's definition. */
enum { LANES = 8 };

/* The compiler makes a version for each of these CPUs, chosen when the program starts; they differ in
 * speed alone, because fused multiply-add is exact in all and nothing else is contracted. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) \
    && !defined(__SANITIZE_ADDRESS__)
#    define FOR_EVERY_CPU \
        __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#    define FOR_EVERY_CPU
#endif

/* sum + rest grows by x, error kept (Knuth's TwoSum). */
static inline void add_exactly(double *sum, double *rest, double x)
{
    const double total = *sum + x;
    const double part = total - *sum;

    *rest += (*sum - (total - part)) + (x - part);
    *sum = total;
}

FOR_EVERY_CPU
static void dot(const double *restrict a, const double *restrict b, int length,
                double *restrict sum, double *restrict rest)
{
    for (int p = 0; p + LANES <= length; p += LANES) {
        for (int lane = 0; lane < LANES; lane++) {
            const double product = a[p + lane] * b[p + lane];
            const double total = sum[lane] + product;
            const double part = total - sum[lane];

            rest[lane] += fma(a[p + lane], b[p + lane], -product)
                          + ((sum[lane] - (total - part)) + (product - part));
            sum[lane] = total;
        }
    }
}

static void finish(const double *a, const double *b, int length, double *sum, double *rest)
{
    double last[LANES][2] = {{0.0}};
    const int from = length / LANES * LANES;

    for (int p = from; p < length; p++) {
        last[p - from][0] = a[p];
        last[p - from][1] = b[p];
    }
    for (int lane = 0; lane < LANES; lane++) {
        const double product = last[lane][0] * last[lane][1];

        rest[lane] += fma(last[lane][0], last[lane][1], -product);
        add_exactly(&sum[lane], &rest[lane], product);
    }
    for (int lane = 1; lane < LANES; lane++) {
        add_exactly(&sum[0], &rest[0], sum[lane]);
        rest[0] += rest[lane];
    }
}

static const double *row_of(struct linalg_rows rows, int r)
{
    return rows.row ? rows.row[r] : rows.first + (size_t)r * rows.stride;
}

void linalg_dot_precise(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                        double *c_rest, size_t c_stride)
{
    for (int i = 0; i < a.count; i++) {
        for (int j = 0; j < b.count; j++) {
            const size_t at = (size_t)i * c_stride + (size_t)j;
            double sum[LANES] = {0.0};
            double rest[LANES] = {0.0};

            dot(row_of(a, i), row_of(b, j), length, sum, rest);
            finish(row_of(a, i), row_of(b, j), length, sum, rest);
            c[at] = sum[0] + rest[0];
            c_rest[at] = (sum[0] - c[at]) + rest[0];
        }
    }
}
