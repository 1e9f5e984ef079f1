// SPDX-License-Identifier: BSD-3-Clause
#include "archive.h"
#include "hdf5_file.h"

#include <string.h>

/* Deeper groups and more arrays are no archive of ours: links may form circles. */
enum { DEPTH_MAX = 16, ARRAYS_MAX = 10000 };

/* The path of a group's member; false where its name is no text. */
static bool member_path(hid_t group, hsize_t member, const char *group_path, struct text *path)
{
    char name[256];
    const ssize_t length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, member, name,
                                              sizeof name, H5P_DEFAULT);

    if (length <= 0 || (size_t)length >= sizeof name || !text_is_utf8(name, (size_t)length))
        return false;
    text_printf(path, "%s/%s", group_path, name);
    return true;
}

static void list_group(hid_t group, const char *group_path, int depth, struct name_table *paths)
{
    H5G_info_t about;

    if (HDF5_FAILED(H5Gget_info(group, &about))) return;
    for (hsize_t member = 0; member < about.nlinks && names_count(paths) < ARRAYS_MAX; member++) {
        struct text path = {0};
        hid_t object = -1;

        if (member_path(group, member, group_path, &path))
            object = H5Oopen(group, strrchr(path.bytes, '/') + 1, H5P_DEFAULT);
        if (!HDF5_FAILED(object)) {
            if (H5Iget_type(object) == H5I_DATASET) names_add(paths, path.bytes, path.length);
            if (H5Iget_type(object) == H5I_GROUP && depth < DEPTH_MAX)
                list_group(object, path.bytes, depth + 1, paths);
            H5Oclose(object);
        }
        text_release(&path);
    }
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
