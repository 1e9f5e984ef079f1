// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_heap.h"

#include "layout.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COLLECTION_HEADER_BYTES = 16, OBJECT_HEADER_BYTES = 16, OBJECTS_MAX = 65536 };

/* A collection begins with this and its version; what follows is reserved. */
static const unsigned char signature[] = {'G', 'C', 'O', 'L', 1};

/* HDF5 makes no smaller collections. */
enum { COLLECTION_BYTES_MIN = 4096 };

struct heap {
    int descriptor;
    int64_t file_bytes;
    int64_t address;           /* of the collection in memory, -1 none */
    unsigned char *collection; /* owned */
    size_t bytes;
    size_t room;
    uint32_t *object; /* owned; [OBJECTS_MAX], where each object begins, 0 none */
    int last_object;  /* the highest number */
};

static uint64_t little_endian(const unsigned char *bytes, int count)
{
    uint64_t value = 0;

    for (int i = count - 1; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

struct heap *heap_open(const char *path)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    struct heap *heap;
    struct stat about;

    if (descriptor < 0) return NULL;
    heap = mem_zero(1, sizeof *heap);
    heap->descriptor = descriptor;
    heap->address = -1;
    heap->object = mem_zero(OBJECTS_MAX, sizeof *heap->object);
    if (fstat(descriptor, &about) == 0) heap->file_bytes = about.st_size;
    return heap;
}

void heap_close(struct heap **heap)
{
    if (!*heap) return;
    close((*heap)->descriptor);
    mem_free(&(*heap)->collection);
    mem_free(&(*heap)->object);
    mem_free(heap);
}

bool heap_read(const struct heap *heap, int64_t at, void *bytes, size_t count)
{
    return at >= 0 && at <= heap->file_bytes && (uint64_t)count <= (uint64_t)(heap->file_bytes - at)
           && layout_transfer_bytes(heap->descriptor, bytes, count, at, LAYOUT_READ);
}

/* Note where the objects of the collection begin; false where they do not fill it as they should. */
static bool index_objects(struct heap *heap)
{
    size_t at = COLLECTION_HEADER_BYTES;

    memset(heap->object, 0, (size_t)(heap->last_object + 1) * sizeof *heap->object);
    heap->last_object = 0;
    while (heap->bytes - at >= OBJECT_HEADER_BYTES) {
        const unsigned char *object = heap->collection + at;
        const int number = (int)little_endian(object, 2);
        const uint64_t size = little_endian(object + 8, 8);
        const size_t left = heap->bytes - at - OBJECT_HEADER_BYTES;

        if (number == 0) return size == left + OBJECT_HEADER_BYTES; /* the rest is free */
        if (size > left || number <= heap->last_object) return false;
        heap->object[number] = (uint32_t)at;
        heap->last_object = number;
        at += OBJECT_HEADER_BYTES + (size_t)((size + 7) / 8 * 8);
        if (at > heap->bytes) return false;
    }
    return true;
}

/* Bytes of the collection whose header is given, 0 where it is none. */
static size_t collection_bytes(const struct heap *heap, int64_t address,
                               const unsigned char *header)
{
    const uint64_t size = little_endian(header + 8, 8);

    if (memcmp(header, signature, sizeof signature) != 0 || size < COLLECTION_BYTES_MIN
        || size > UINT32_MAX || size > (uint64_t)(heap->file_bytes - address))
        return 0;
    return (size_t)size;
}

static bool load_collection(struct heap *heap, int64_t address)
{
    unsigned char header[COLLECTION_HEADER_BYTES];
    size_t bytes;

    if (heap->address == address) return true;
    heap->address = -1;
    if (!heap_read(heap, address, header, sizeof header)) return false;
    bytes = collection_bytes(heap, address, header);
    if (bytes == 0) return false;
    if (bytes > heap->room) {
        heap->collection = mem_resize(heap->collection, bytes, 1);
        heap->room = bytes;
    }
    heap->bytes = bytes;
    if (!heap_read(heap, address, heap->collection, bytes) || !index_objects(heap)) return false;
    heap->address = address;
    return true;
}

bool heap_text(struct heap *heap, const unsigned char *reference, const char **text, size_t *length)
{
    const uint64_t wanted = little_endian(reference, 4);
    const uint64_t address = little_endian(reference + 4, 8);
    const uint64_t number = little_endian(reference + 12, 4);
    const unsigned char *object;

    *text = "";
    *length = 0;
    if (wanted == 0) return true;
    if (address > (uint64_t)heap->file_bytes || !load_collection(heap, (int64_t)address)
        || number >= OBJECTS_MAX || heap->object[number] == 0)
        return false;
    object = heap->collection + heap->object[number];
    if (wanted > little_endian(object + 8, 8)) return false;
    *text = (const char *)object + OBJECT_HEADER_BYTES;
    *length = strnlen(*text, (size_t)wanted);
    return true;
}

bool heap_is_whole(struct heap *heap)
{
    enum { START_BYTES = 1 << 20 };
    const size_t bytes =
        heap->file_bytes < START_BYTES ? (size_t)heap->file_bytes : (size_t)START_BYTES;
    unsigned char *start = mem_zero(bytes, 1);
    bool is_whole = heap_read(heap, 0, start, bytes);

    for (size_t at = 0; is_whole && at + COLLECTION_HEADER_BYTES <= bytes; at += 8) {
        if (memcmp(start + at, signature, sizeof signature) != 0) continue;
        is_whole = load_collection(heap, (int64_t)at);
        /* What stands within is text. */
        at += heap->bytes / 8 * 8 - 8;
    }
    mem_free(&start);
    return is_whole;
}
