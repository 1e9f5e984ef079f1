// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"
#include "sample_facility.h"

#include <telltale/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A good file's bytes, for damage. */
struct image {
    unsigned char *bytes;
    size_t length;
};

static struct image good_image(void)
{
    struct facility *facility = sample_facility(12, 3, 40);
    const char *path = sample_path("good.h5");
    struct image image = {0};
    struct store_writer *writer;
    float values[12 * 40 * 3];
    char *bytes;

    sample_fill((struct span){0, 12}, (struct span){0, 40}, 3, values);
    CHECK(store_create(check_comm, path, facility, NULL, &writer) == STATUS_OK);
    CHECK(store_write(writer, (struct span){0, 12}, (struct span){0, 40}, values) == STATUS_OK);
    CHECK(store_commit(&writer) == STATUS_OK);
    CHECK(comm_read_file(check_comm, path, 1 << 24, &bytes, &image.length) == STATUS_OK);
    image.bytes = (unsigned char *)bytes;
    unlink(path);
    facility_destroy(&facility);
    return image;
}

/* Open and read all that there is. */
static status try_file(const char *path)
{
    struct store *store;
    const struct facility *facility;
    status outcome;
    float *values;

    TRY(store_open(check_comm, path, &store));
    facility = store_facility(store);
    values =
        mem_zero((size_t)(facility->host_count * facility->sample_count * facility->metric_count),
                 sizeof *values);
    outcome = store_read(store, (struct span){0, facility->host_count},
                         (struct span){0, facility->sample_count}, values);
    mem_free(&values);
    store_close(&store);
    return outcome;
}

static status try_bytes(const void *bytes, size_t length)
{
    const char *path = sample_path("bad.h5");
    FILE *file = fopen(path, "wb");
    status outcome;

    if (!CHECK(file && fwrite(bytes, 1, length, file) == length)) return STATUS_OK;
    fclose(file);
    outcome = try_file(path);
    unlink(path);
    return outcome;
}

static void what_is_no_facility_file_is_refused(void)
{
    CHECK(try_file("/proc/nowhere/night.h5") == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "/proc/nowhere/night.h5: cannot open: No such file"));
    CHECK(try_file("/tmp") == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "not a regular file"));
    CHECK(try_bytes("", 0) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "is empty"));
    CHECK(try_bytes("host,time\n", 10) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "is not an HDF5 file"));
}

static void a_file_cut_anywhere_is_refused(void)
{
    struct image image = good_image();

    for (size_t length = 0; length < image.length; length += 1 + image.length / 400)
        CHECK(try_bytes(image.bytes, length) == STATUS_BAD_INPUT);
    CHECK(try_bytes(image.bytes, image.length / 2) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "is cut off"));
    mem_free(&image.bytes);
}

/* Damage may go unseen in a sample or be found out; it never ends the program. */
static void a_file_with_flipped_bits_never_ends_the_program(void)
{
    const char *tries = getenv("TELLTALE_TEST_FLIPS");
    const int flips = tries ? (int)strtol(tries, NULL, 10) : 600;
    struct image image = good_image();
    struct random random = random_start(1, 2);
    int refused = 0;

    for (int flip = 0; flip < flips; flip++) {
        const size_t at = (size_t)random_below(&random, (int64_t)image.length);
        const unsigned char before = image.bytes[at];
        status outcome;

        image.bytes[at] ^= (unsigned char)(1U << random_below(&random, 8));
        outcome = try_bytes(image.bytes, image.length);
        CHECK(outcome == STATUS_OK || outcome == STATUS_BAD_INPUT);
        refused += outcome == STATUS_BAD_INPUT;
        image.bytes[at] = before;
    }
    CHECK(refused > 0);
    mem_free(&image.bytes);
}

/* HDF5 reads such a heap for ever; what is reserved it does not look at, and so it may be damaged too. */
static void a_heap_of_texts_that_has_no_end_is_refused(void)
{
    enum { HEADER_BYTES = 16, HEAP_BYTES = 4096 };
    struct image image = good_image();
    size_t at = 0;

    while (at + HEAP_BYTES < image.length && memcmp(image.bytes + at, "GCOL", 4) != 0) at += 8;
    CHECK(at + HEAP_BYTES < image.length);
    image.bytes[at + 5] = '0';
    CHECK(try_bytes(image.bytes, image.length) == STATUS_OK);
    memset(image.bytes + at + HEADER_BYTES, 0, HEAP_BYTES - HEADER_BYTES);
    CHECK(try_bytes(image.bytes, image.length) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "is damaged: its texts cannot be found"));
    mem_free(&image.bytes);
}

CHECK_MAIN({"what is no facility file is refused", what_is_no_facility_file_is_refused},
           {"a file cut anywhere is refused", a_file_cut_anywhere_is_refused},
           {"a heap of texts that has no end is refused",
            a_heap_of_texts_that_has_no_end_is_refused},
           {"a file with flipped bits never ends the program",
            a_file_with_flipped_bits_never_ends_the_program})
