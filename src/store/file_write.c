// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/store.h>

#include "partial.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* All of the bytes to a temporary file that is open. */
static status write_bytes(int descriptor, const char *path, const char *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t written = write(descriptor, bytes, length);

        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            return fail(STATUS_CANNOT_WRITE, "%s: cannot write: %s", path, strerror(errno));
        bytes += written;
        length -= (size_t)written;
    }
    return STATUS_OK;
}

status file_write(const char *path, const char *bytes, size_t length)
{
    struct partial partial;
    status outcome;

    TRY(partial_make(path, &partial));
    outcome = write_bytes(partial.lock, path, bytes, length);
    return partial_finish(&partial, outcome);
}
