// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file hdf5_heap.h
 * Texts of variable length straight from HDF5's global heap (HDF5 File Format Specification 3.0, section
 * III.E). The library trusts what it finds there: one damaged bit of an object's number or size ends
 * the program. Here every number is checked, and it is several times as fast besides.
 */
#pragma once

#include <telltale/base.h>

/** Bytes of a reference to a text: length (4), address of the collection (8), number of the object (4). */
enum { HEAP_REFERENCE_BYTES = 16 };

struct heap;

/** Open a file for reading texts; NULL where it cannot be opened. */
struct heap *heap_open(const char *path);
void heap_close(struct heap **heap);

/** Read bytes of the file; false where it has none there. */
bool heap_read(const struct heap *heap, int64_t at, void *bytes, size_t count);

/**
 * The text that a reference stands for; false where there is none. Not ended by NUL; valid until the next
 * call.
 */
bool heap_text(struct heap *heap, const unsigned char *reference, const char **text,
               size_t *length);

/**
 * Are the collections at the start of the file whole? There the texts of the root's attributes stand, which
 * are left to the library.
 */
bool heap_is_whole(struct heap *heap);
