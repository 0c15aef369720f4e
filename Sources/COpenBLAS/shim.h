#include <cblas.h>

// LAPACK, which Debian's OpenBLAS holds without declaring it.
void dsyev_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda,
            double *w, double *work, const int *lwork, int *info);
