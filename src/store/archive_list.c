// SPDX-License-Identifier: BSD-3-Clause
#include "archive.h"
#include "hdf5_file.h"

#include <stdlib.h>
#include <string.h>

/* Deeper groups and more arrays are no archive of ours: links may form circles. */
enum { DEPTH_MAX = 16, ARRAYS_MAX = 10000, MEMBER_BYTES = 256 };

/* Called for each link: those whose names are texts are noted in the name table @p context. */
static herr_t note_member(hid_t group, const char *name, const H5L_info_t *about, void *context)
{
    struct name_table *members = context;
    const size_t length = strlen(name);

    (void)group;
    (void)about;
    if (length > 0 && length < MEMBER_BYTES && text_is_utf8(name, length))
        names_add(members, name, length);
    return names_count(members) < ARRAYS_MAX ? 0 : 1;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * The names of a group's members in order, shape [count], for mem_free(). HDF5 1.10 orders them itself where
 * it is asked, but ends the program where a name is damaged then.
 */
static const char **sorted_members(hid_t group, struct name_table *members)
{
    const char **names;

    (void)H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, note_member, members);
    names = mem_zero((size_t)names_count(members) + 1, sizeof *names);
    for (int64_t n = 0; n < names_count(members); n++) names[n] = names_text(members, n);
    qsort(names, (size_t)names_count(members), sizeof *names, by_name);
    return names;
}

static void list_group(hid_t group, const char *group_path, int depth, struct name_table *paths)
{
    struct name_table *members = names_create();
    const char **names = sorted_members(group, members);

    for (int64_t n = 0; n < names_count(members) && names_count(paths) < ARRAYS_MAX; n++) {
        const hid_t object = H5Oopen(group, names[n], H5P_DEFAULT);
        struct text path = {0};

        if (HDF5_FAILED(object)) continue;
        text_printf(&path, "%s/%s", group_path, names[n]);
        if (H5Iget_type(object) == H5I_DATASET) names_add(paths, path.bytes, path.length);
        if (H5Iget_type(object) == H5I_GROUP && depth < DEPTH_MAX)
            list_group(object, path.bytes, depth + 1, paths);
        H5Oclose(object);
        text_release(&path);
    }
    mem_free(&names);
    names_destroy(&members);
}

status archive_list(struct archive *archive, struct name_table *paths)
{
    struct name_table *found = names_create();
    struct text all = {0};

    if (comm_rank(archive->comm) == 0) {
        const hid_t root = H5Gopen2(archive->file, "/", H5P_DEFAULT);

        if (!HDF5_FAILED(root)) {
            list_group(root, "", 0, found);
            H5Gclose(root);
        }
        for (int64_t n = 0; n < names_count(found); n++)
            text_add(&all, names_text(found, n), strlen(names_text(found, n)) + 1);
    }
    archive_share_text(archive->comm, &all);
    for (size_t at = 0; at < all.length; at += strlen(all.bytes + at) + 1)
        names_add(paths, all.bytes + at, strlen(all.bytes + at));
    text_release(&all);
    names_destroy(&found);
    return STATUS_OK;
}
