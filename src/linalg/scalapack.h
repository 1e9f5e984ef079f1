// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file scalapack.h
 * The routines of BLACS, PBLAS and ScaLAPACK that are used; the library brings no header. A character argument of
 * a Fortran routine is followed by its length at the end of the call.
 */
#pragma once

#include <mpi.h>

#include <stddef.h>

enum { SCALAPACK_DESCRIPTOR = 9 };

int Csys2blacs_handle(MPI_Comm communicator);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int *context, const char *order, int rows, int columns);
void Cblacs_gridinfo(int context, int *rows, int *columns, int *row, int *column);
void Cblacs_gridexit(int context);

/* Move a matrix from one distribution to another. @p all: a context of every process of both. */
void Cpdgemr2d(int rows, int columns, const double *a, int ia, int ja, const int *a_descriptor,
               double *b, int ib, int jb, const int *b_descriptor, int all);

void pdsyrk_(const char *triangle, const char *transpose, const int *n, const int *k,
             const double *alpha, const double *a, const int *ia, const int *ja,
             const int *a_descriptor, const double *beta, double *c, const int *ic, const int *jc,
             const int *c_descriptor);

void pdgemm_(const char *transpose_a, const char *transpose_b, const int *m, const int *n,
             const int *k, const double *alpha, const double *a, const int *ia, const int *ja,
             const int *a_descriptor, const double *b, const int *ib, const int *jb,
             const int *b_descriptor, const double *beta, double *c, const int *ic, const int *jc,
             const int *c_descriptor);

void pdtradd_(const char *triangle, const char *transpose, const int *m, const int *n,
              const double *alpha, const double *a, const int *ia, const int *ja,
              const int *a_descriptor, const double *beta, double *c, const int *ic, const int *jc,
              const int *c_descriptor);

void pdsyevd_(const char *job, const char *triangle, const int *n, double *a, const int *ia,
              const int *ja, const int *a_descriptor, double *w, double *z, const int *iz,
              const int *jz, const int *z_descriptor, double *work, const int *work_count,
              int *integers, const int *integer_count, int *info, size_t job_length,
              size_t triangle_length);

void pdsymm_(const char *side, const char *triangle, const int *m, const int *n,
             const double *alpha, const double *a, const int *ia, const int *ja,
             const int *a_descriptor, const double *b, const int *ib, const int *jb,
             const int *b_descriptor, const double *beta, double *c, const int *ic, const int *jc,
             const int *c_descriptor);

void pdtrsm_(const char *side, const char *triangle, const char *transpose, const char *diagonal,
             const int *m, const int *n, const double *alpha, const double *a, const int *ia,
             const int *ja, const int *a_descriptor, double *b, const int *ib, const int *jb,
             const int *b_descriptor);

void pdpotrf_(const char *triangle, const int *n, double *a, const int *ia, const int *ja,
              const int *a_descriptor, int *info, size_t triangle_length);

void pdpotrs_(const char *triangle, const int *n, const int *columns, const double *a,
              const int *ia, const int *ja, const int *a_descriptor, double *b, const int *ib,
              const int *jb, const int *b_descriptor, int *info, size_t triangle_length);
