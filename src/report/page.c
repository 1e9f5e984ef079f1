// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"
#include "template.h"

#include <string.h>

#define TITLE_MARK "<!--telltale:title-->"
#define DATA_MARK  "<!--telltale:data-->"

static const char *find(const char *bytes, const char *end, const char *mark)
{
    const size_t length = strlen(mark);

    for (; bytes + length <= end; bytes++) {
        if (memcmp(bytes, mark, length) == 0) return bytes;
    }
    return NULL;
}

static void write_text(struct output *output, const char *text)
{
    output_write(output, text, strlen(text));
}

/** Text inside an element: the only place where a name stands in the page outside of JSON. */
static void write_escaped(struct output *output, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            write_text(output, "&lt;");
            break;
        case '>':
            write_text(output, "&gt;");
            break;
        case '&':
            write_text(output, "&amp;");
            break;
        default:
            output_write(output, (unsigned char)*text < ' ' ? " " : text, 1);
        }
    }
}

static void write_title(struct output *output, const struct report_night *night)
{
    struct text name = {0};

    json_clean(night->facility->name, JSON_NAME_BYTES, &name);
    write_escaped(output, name.bytes ? name.bytes : "facility");
    text_release(&name);
    write_text(output, " ");
    json_clean(night->night, JSON_NAME_BYTES, &name);
    write_escaped(output, name.bytes ? name.bytes : "");
    text_release(&name);
    write_text(output, " - Telltale");
}

static void write_blocks(struct output *output, const struct block_source *source)
{
    for (const struct block *block = blocks; block->name; block++) {
        json_t *value = block->build(source);

        if (!value) continue;
        write_text(output, "<script type=\"application/json\" id=\"telltale-");
        write_text(output, block->name);
        write_text(output, "\">");
        json_write(output, value, true);
        write_text(output, "</script>\n");
        json_decref(value);
    }
}

bool report_has_page(void)
{
    return report_template_bytes > 0;
}

status report_write_page(const char *path, const struct report_night *night,
                         const struct report_plan *plan, const struct report_timeline *timeline)
{
    const struct block_source source = {night, plan, timeline};
    const char *start = (const char *)report_template;
    const char *end = start + report_template_bytes;
    const char *title = find(start, end, TITLE_MARK);
    const char *data = title ? find(title, end, DATA_MARK) : NULL;
    struct output output;

    if (!report_has_page()) {
        return fail(STATUS_BAD_USE,
                    "%s: this telltale was built without the page (TELLTALE_PAGE=OFF); "
                    "summary.json has the same verdicts",
                    path);
    }
    ASSERT(title && data);
    TRY(output_open(&output, path));
    output_write(&output, start, (size_t)(title - start));
    write_title(&output, night);
    title += strlen(TITLE_MARK);
    output_write(&output, title, (size_t)(data - title));
    write_blocks(&output, &source);
    data += strlen(DATA_MARK);
    output_write(&output, data, (size_t)(end - data));
    return output_close(&output);
}
