// SPDX-License-Identifier: BSD-3-Clause
#include "mrdmd.h"

#include <math.h>

/* Apply the reflection of column j, whose vector stands in it below and with `head` on the diagonal. */
static void reflect(double *y, int rows, int columns, int j, double head, double square)
{
    for (int k = j + 1; k < columns; k++) {
        double dot = head * y[j * columns + k];

        for (int i = j + 1; i < rows; i++) dot += y[i * columns + j] * y[i * columns + k];
        y[j * columns + k] -= dot / square * head;
        for (int i = j + 1; i < rows; i++) y[i * columns + k] -= dot / square * y[i * columns + j];
    }
}

int mrdmd_triangle(double *y, int rows, int columns)
{
    if (rows <= columns) return rows;
    for (int j = 0; j < columns; j++) {
        double norm = 0.0;
        double head;

        for (int i = j; i < rows; i++) norm = hypot(norm, y[i * columns + j]);
        if (norm == 0.0) continue;
        head = y[j * columns + j] + copysign(norm, y[j * columns + j]);
        reflect(y, rows, columns, j, head, norm * fabs(head));
        y[j * columns + j] -= head;
        for (int i = j + 1; i < rows; i++) y[i * columns + j] = 0.0;
    }
    return columns;
}
