#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# telltale import on small inputs, good and broken: what is kept, what is counted, what is said.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
python=/usr/bin/python3
failures=0

# check NAME
check() {
  if "$1"; then
    echo "ok   $1"
  else
    echo "FAIL $1"
    cat "$folder/error" "$folder/out" 2>/dev/null | head -20
    failures=$((failures + 1))
  fi
}

# telltale import ARGUMENTS, its streams kept
run() { "$TELLTALE" import "$@" >out 2>error; }

# refuses STATUS WORDS ARGUMENTS: no output, the status and a message with these words
refuses() {
  local expected=$1 words=$2 status=0
  shift 2
  rm -f x.h5
  run "$@" -o x.h5 || status=$?
  [ "$status" = "$expected" ] || { echo "exit status $status, not $expected"; return 1; }
  [ "$(wc -l <error)" -le 2 ] && grep -qF -- "$words" error || { cat error; return 1; }
  [ ! -e x.h5 ] && [ -z "$(find . -name '.x.h5*')" ]
}

$python - <<'PYTHON'
import gzip, lzma, io, tarfile
head = "#Time,Time_usec,ProducerName,component_id,job_id,app_id,MemFree,user\n"
def row(t, free, user, host="n1"):
    return f"{1700000000 + t}.001,1,{host},1,0,0,{free},{user}\n"
def write(name, data):
    open(name, "wb").write(data if isinstance(data, bytes) else data.encode())
rows = "".join(row(i, 100 - i % 7, 3 * i) for i in range(100))
write("good", head + rows)
write("good.gz", gzip.compress((head + rows).encode()))
write("good.xz", lzma.compress((head + rows).encode()))
with tarfile.open("good.tar.xz", "w:xz") as tar:
    for name in ("README.md", "a/good"):
        data = (head + rows).encode() if name == "a/good" else b"prose, with, commas\n"
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
write("crlf", (head + rows).replace("\n", "\r\n"))
write("bom", b"\xef\xbb\xbf" + (head + rows).encode())
noisy = "".join(row(i, (i * 7919) % 1000003, (i * i * 31) % 999983) for i in range(60000))
write("cut.gz", gzip.compress((head + noisy).encode())[:-9000])
write("stub.gz", gzip.compress((head + rows).encode())[:-90])
write("empty", "")
write("binary", bytes(range(256)) * 20)
write("prose", "this is prose\n")
write("few", head + rows + "1700000500.1,1,n1\n")
write("nul", head.encode() + rows.encode() * 300 + b"1700000500.1,1,n1,1,0,0,\0,1\n")
write("huge", head + rows + row(200, "9" * 2000000, 1) + row(201, 1, 1))
write("latin", head.encode() + row(0, 1, 1, "n\xe9").encode("latin-1") + rows.encode())
write("clock", head + row(0, 1, 1) + row(2, 2, 2) + row(1, 3, 3) + row(2, 4, 4) + row(-1700000000, 5, 5))
write("cells", head + row(0, "1e999", "0x10") + row(1, "nan", "") + row(2, "1.5e1", "+7"))
write("again", head + row(0, 1, 2) + row(1, 3, 4) + head.replace("MemFree,user", "user,MemFree") + row(2, 10, 20))
write("cut", head + rows + row(100, 5, 12345)[:-3])
write("wild.csv", "time,a\n2023-01-01,1\n2023-01-01T00:00:01,2\n1985-01-01,3\n")
write("day.csv", "stamp;host;Power [W];n\n" + "".join(f"0{d}/02/2023 10:00;n{d % 2};{d},5;{d}\n".replace(",", ".") for d in range(1, 7)))
write("long.csv", "time,host,metric,value\n" + "".join(f"{1700000000 + 60 * t},h{h},m{m},{t * 10 + h + m / 4}\n" for t in range(5) for h in (10, 2) for m in (0, 1)))
write("quote.csv", 'time,host,"a, b"\n2023-01-01,"n ""1""",1\n2023-01-01T00:00:10,"n\n1",2\n2023-01-01T00:00:20,"n1,5\n2023-01-01T00:00:30,n1,6\n')
write("noheader.csv", "2023-01-01,1,2\n2023-01-02,3,4\n")
write("labels.csv", "host,start,end,name\nn1,1700000010,1700000020,memleak\nn9,1700000010,1700000020,elsewhere\n")
write("events.csv", 'time,host,severity,category,message\n1700000005,n1,fatal,dram,"a, b\n</script>"\n1700000004,,odd,net,x\n')
write("sacct", """JobIDRaw|JobName|User|State|Submit|Start|End|Timelimit|NNodes|NodeList|ExitCode
100|plain|ann|COMPLETED|2023-01-01T00:00:00|2023-01-01T00:10:00|2023-01-01T01:10:00|02:00:00|2|node[01-02]|0:0
100.batch|batch||COMPLETED|2023-01-01T00:00:00|2023-01-01T00:10:00|2023-01-01T01:10:00||1|node01|0:0
101|x|y|z </script>|bob|CANCELLED by 0|2023-01-01T00:00:00|Unknown|Unknown|1-00:00:00|1|None assigned|0:15
102|first
second | line
|third|eve|TIMEOUT|1672531200|1672531800|1672535400|UNLIMITED|3|node[03,05-06]|1:0
103|torn|eve|TIME
104|good|ann|COMPLETED|2023-01-01T00:00:00|2023-01-01T00:10:00|2023-01-01T01:10:00|30:00|1|node[9|0:0
105|back|ann|COMPLETED|2023-01-01T00:00:00|2023-01-01T02:10:00|2023-01-01T01:10:00|30:00|1|node9|0:0
""")
write("sacct.tab", "\t".join("End Start State JobName JobID NNodes".split()) + "\n2023-01-01T02:00:00\t2023-01-01T01:00:00\tFAILED\ta|b\t7_3\t4\n")
write("sacct.json", """{"jobs": [
 {"job_id": 7, "name": "a|b", "association": {"account": "acc", "user": "u1"}, "partition": "p",
  "state": {"current": ["COMPLETED"]}, "allocation_nodes": 2, "nodes": "n[1-2]",
  "time": {"submission": 1700000000, "start": 1700000100, "end": 1700000200,
           "limit": {"set": true, "infinite": false, "number": 60}},
  "exit_code": {"return_code": {"set": true, "number": 3}}},
 {"job_id": 8, "name": "old", "user": "u2", "account": "a2", "state": "FAILED", "nodes": "n3",
  "time": {"submission": 1700000000, "start": 0, "end": 0, "limit": 5}, "exit_code": 1}, 5]}
""")
write("broken.json", '{"jobs": [\n')
write("pattern.yaml", 'import:\n  run_patterns: ["{application}_{label}/ST{start:number}_ET{end:number}"]\n  label_names: [ML=memleak]\n')
import os
os.makedirs("runs/app_ML/ST10_ET30")
write("runs/app_ML/ST10_ET30/meminfo", head.replace("user", "Active") + rows)
write("runs/app_ML/ST10_ET30/procstat", head.replace("MemFree", "nice") + rows)
os.makedirs("split")
write("split/meminfo.HEADER.1", head)
write("split/meminfo.2", rows)
PYTHON

mkdir many
for n in 1 2 3 4 5; do sed "s/,n1,/,n$n,/" good >many/good.$n; done

# holds FILE EXPRESSION: a claim about a facility file, with h5py and the jobs as rows
holds() {
  $python - "$@" <<'PYTHON'
import sys
import h5py
import numpy as np
file = h5py.File(sys.argv[1])
values = file["telemetry/values"][:] if "telemetry/values" in file else None
def texts(path): return [text.decode() for text in file[path][:]]
def job(id):
    k = texts("jobs/id").index(id)
    first = file["jobs/host_first"][:]
    hosts = [texts("hosts/name")[i] for i in file["jobs/host_index"][first[k]:first[k + 1]]]
    return {n: (file["jobs/" + n][k].decode() if file["jobs/" + n].dtype.kind == "O" else int(file["jobs/" + n][k]))
            for n in file["jobs"] if not n.startswith("host_")} | {"hosts": hosts}
def rows(report):
    import json
    return json.load(open(report))["rows"]
result = eval("(" + sys.argv[2] + ")")
if not result: print("does not hold:", sys.argv[2])
sys.exit(not result)
PYTHON
}

packed_and_archived_inputs_give_the_plain_one() {
  local file
  for file in good good.gz good.xz good.tar.xz crlf bom; do
    run "$file" -o "$file.h5" && grep -Eq '^  used +100$' out || return 1
    h5diff good.h5 "$file.h5" /telemetry/values || return 1
  done
  holds good.h5 'values.shape == (1, 100, 2) and (values[0,:,1] == 3 * np.arange(100)).all() and texts("metrics/source") == ["good"] * 2'
}
a_second_rank_changes_nothing() {
  run many -o one.h5 && mpirun --bind-to none -n 2 "$TELLTALE" import many -o two.h5 >out2 2>error \
    && h5diff one.h5 two.h5 >differences && diff <(grep -v 'written to' out) <(grep -v 'written to' out2) \
    && holds two.h5 'texts("hosts/name") == ["n1", "n2", "n3", "n4", "n5"]'
}
a_compressed_file_holds_the_same() {
  run many -o plain.h5 && mpirun --bind-to none -n 2 "$TELLTALE" import many --compression 4 -o gzip.h5 >out 2>error \
    && h5diff plain.h5 gzip.h5 >differences
}
an_empty_file_is_refused() { refuses 3 'empty:1: the file is empty' empty; }
a_binary_file_is_refused() { refuses 3 'binary:1: not text' binary; }
prose_is_refused() { refuses 3 'prose:1: of no kind that is known' prose; }
a_missing_file_is_named() { refuses 3 'nowhere: No such file' nowhere; }
a_cut_archive_is_refused() {
  refuses 3 'cut.gz: is damaged or cut off: truncated gzip input, after line' cut.gz && refuses 3 'stub.gz: cannot be read: truncated' stub.gz
}
an_unwritable_folder_is_exit_status_4() {
  local status=0
  run good -o none/x.h5 || status=$?
  [ $status = 4 ] && grep -q 'none/' error
}
a_row_with_few_fields_is_counted_and_strict_stops_there() {
  run few -o x.h5 && grep -q 'fewer fields than the header; first few:102' out \
    && refuses 3 'few:102: 3 fields where the header has 8' few --strict
}
nul_and_huge_fields_refuse_their_row_only() {
  run nul -o x.h5 && grep -q 'NUL bytes; first nul:30002' out \
    && run huge -o x.h5 && grep -q 'a field over the limit; first huge:102' out \
    && holds x.h5 'values[0,201,1] == 1 and np.isnan(values[0,200]).all()'
}
bytes_that_are_not_utf8_are_replaced_and_counted() {
  run latin -o x.h5 && grep -q 'not UTF-8 are replaced; first latin:2' out && holds x.h5 'texts("hosts/name") == ["n1", "n\ufffd"]'
}
a_clock_that_steps_back_is_sorted_in_and_the_last_row_wins() {
  run clock --json -o x.h5 && holds x.h5 'values[0,:,0].tolist() == [1, 3, 4] and rows("out")["reasons"]["backward"]["first_line"] == 4
    and rows("out")["reasons"]["duplicate"]["first_line"] == 5 and rows("out")["reasons"]["time"]["rows"] == 1
    and (rows("out")["read"], rows("out")["used"], rows("out")["repaired"], rows("out")["refused"]) == (5, 2, 2, 1)'
}
cells_that_are_no_number_are_left_empty_and_counted() {
  run cells --json -o x.h5 && holds x.h5 'np.isnan(values[0,:2]).all() and values[0,2].tolist() == [15, 7] and rows("out")["repaired"] == 1'
}
a_header_in_the_middle_renames_the_columns() {
  run again -o x.h5 && holds x.h5 'values[0].tolist() == [[1, 2], [3, 4], [20, 10]]'
}
the_last_cell_of_a_cut_line_is_not_believed() {
  run cut -o x.h5 && holds x.h5 'values[0,100,0] == 5 and np.isnan(values[0,100,1])' && grep -q 'may be cut off' out
}
a_header_file_serves_its_data_files() {
  run --source ldms split/meminfo.2 -o x.h5 && holds x.h5 'values.shape == (1, 100, 2) and texts("metrics/source") == ["meminfo"] * 2'
}
a_wild_stamp_makes_no_file_of_years() { refuses 3 'a clock was wrong' wild.csv; }
a_span_leaves_the_rest_out() {
  run wild.csv --start 2023-01-01 --end 2023-01-02 -o x.h5 && grep -q 'outside the span that is wanted; first wild.csv:4' out \
    && holds x.h5 'values[0,:2,0].tolist() == [1, 2]'
}
columns_times_and_units_can_be_named() {
  run day.csv --time-column stamp --time-format '%d/%m/%Y %H:%M' --time-zone +01:00 --period-s 86400 -o x.h5 \
    && holds x.h5 'texts("metrics/name") == ["Power", "n"] and texts("metrics/unit") == ["W", ""] and int(file.attrs["start_unix_s"]) == 1675242000
      and values[1,::2,0].tolist() == [1.5, 3.5, 5.5] and values[0,1::2,1].tolist() == [2, 4, 6]'
}
times_of_another_form_are_named_as_the_reason() { refuses 3 'none of 6 rows can be used; the first is day.csv:2' day.csv --time-column stamp; }
a_column_that_is_not_there_is_named() { refuses 3 "there is no column 'when' (time_column)" day.csv --source csv --time-column when; }
a_long_table_is_spread_over_hosts_and_metrics() {
  run long.csv -o x.h5 && holds x.h5 'texts("hosts/name") == ["h2", "h10"] and values[1,:,1].tolist() == [10.25 + 10 * t for t in range(5)]'
}
a_stray_quote_spoils_one_row() {
  run quote.csv -o x.h5 && holds x.h5 'texts("hosts/name") == ["n\n1", "n \"1\"", "n1"] and texts("metrics/name") == ["a, b"]' \
    && grep -q 'a quote that is not closed; first quote.csv:5' out
}
a_table_without_header_gets_names() {
  run --source csv --no-header noheader.csv -o x.h5 && holds x.h5 'texts("metrics/name") == ["m1", "m2"] and values[0].tolist() == [[1, 2], [3, 4]]' \
    && run --source csv --no-header --columns time,a,b noheader.csv -o x.h5 && holds x.h5 'texts("metrics/name") == ["a", "b"]'
}
telemetry_jobs_events_and_labels_meet_in_one_file() {
  run good --jobs sacct --events events.csv --labels labels.csv -o x.h5 \
    && holds x.h5 'texts("hosts/name") == ["n1"] and texts("labels/name") == ["memleak"] and file["labels/host"][:].tolist() == [0]
      and texts("events/message") == ["x", "a, b\n</script>"] and file["events/severity"][:].tolist() == [0, 3] and file["events/host"][:].tolist() == [-1, 0]
      and len(file["jobs/id"]) == 4' && grep -q 'hosts without samples' out && grep -q '1 labels name neither' out
}
names_with_delimiters_and_newlines_are_rejoined() {
  run sacct --json -o x.h5 && holds x.h5 'job("101")["name"] == "x|y|z </script>" and job("101")["state"] == "CANCELLED" and job("101")["exit_code"] == 143
    and job("101")["start_unix_s"] == -1 and job("102")["name"] == "first\nsecond | line\n|third" and job("102")["hosts"] == ["node03", "node05", "node06"]
    and job("100")["limit_s"] == 7200 and job("100")["hosts"] == ["node01", "node02"] and job("104")["hosts"] == []
    and (rows("out")["read"], rows("out")["used"], rows("out")["repaired"], rows("out")["refused"], rows("out")["left_out"]) == (7, 1, 3, 2, 1)
    and rows("out")["reasons"]["few_fields"]["first_line"] == 8 and rows("out")["reasons"]["order"]["first_line"] == 10'
}
columns_may_come_in_any_order_with_another_delimiter() {
  run sacct.tab --time-zone -07:00 -o x.h5 && holds x.h5 'job("7_3")["name"] == "a|b" and job("7_3")["start_unix_s"] == 1672560000 and job("7_3")["node_count"] == 4'
}
json_of_any_version_is_read() {
  run sacct.json -o x.h5 && holds x.h5 'job("7") == dict(job("7"), user="u1", project="acc", limit_s=3600, exit_code=3, hosts=["n1", "n2"])
    and job("8") == dict(job("8"), user="u2", state="FAILED", start_unix_s=-1, limit_s=300, exit_code=1, node_count=1)' && refuses 3 'broken.json:2: no valid JSON' broken.json
}
a_folder_of_runs_becomes_jobs_with_labels() {
  run --config pattern.yaml runs -o x.h5 && holds x.h5 'texts("jobs/id") == ["app_ML/ST10_ET30"] and texts("jobs/application") == ["app"]
    and texts("labels/name") == ["memleak"] and file["labels/start_unix_s"][0] == 1700000010 and file["labels/end_unix_s"][0] == 1700000030 and values.shape == (1, 100, 4)'
}
a_pattern_that_cannot_be_meant_is_exit_status_2() { refuses 2 "neither {name} nor {name:number}" good --run-patterns '{app'; }
a_zone_by_name_is_exit_status_2() { refuses 2 'names of zones' good --time-zone Europe/Berlin; }
nothing_to_import_is_exit_status_2() { refuses 2 'nothing to import'; }
an_older_file_survives_a_failed_import() {
  run good -o keep.h5 && cp keep.h5 before.h5 && ! run few --strict -o keep.h5 && cmp keep.h5 before.h5
}
scratch_files_of_a_killed_import_are_swept_away() {
  touch .x.h5.rows-3 .x.h5.rows-a && run good -o x.h5 && [ ! -e .x.h5.rows-3 ] && [ -e .x.h5.rows-a ] && rm .x.h5.rows-a
}

for name in $(declare -F | sed 's/declare -f //' | grep -vxE 'check|run|refuses|holds'); do
  check "$name"
done
exit $((failures > 0))
