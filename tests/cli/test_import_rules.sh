#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Rules that hold for every kind of source: each row ends in one class and the classes add up to an independent count,
# whatever ends its lines and whatever stands between them; lines without end; clocks that jump.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/cli/facility.sh
. "$top/tests/cli/facility.sh"

# One small input of each kind: what is no row above the rows, and the rows.
cat >kinds.py <<'PYTHON'
import json
t = 1700000000
iso = "2023-11-14T22:13:2{}"
event = "event 22194 00062001 13217458 FATAL Card MC 2013-04-02;22:40:3{0}.2 2013-04-02;22:40:5{0}.8 4 RMNJ R00-M0-N01-J0{0} 512"
xt = "cpu={0},slot=2,cage=0,cabinet=null,cab_position=2,cab_row=3,x_coord=1,processor_status='up',processor_id={0},processor_spec=null"
kinds = {
    "ldms": (["#Time,Time_usec,ProducerName,component_id,job_id,app_id,a,b"], [f"{t + i}.5,5,n1,1,0,0,{i},{i * i}" for i in range(4)]),
    "csv": (["time,host,a"], [f"{t + 60 * i},n1,{i}" for i in range(4)]),
    "long": (["time,host,metric,value"], [f"{t + 60 * i},n1,m{j},{i}" for i in range(3) for j in range(2)]),
    "ipmi": (["Timestamp: 2025-05-30 13:00:02 UTC"], [f"Fan {i} | {i}00 RPM | ok" for i in range(4)]),
    "slurm": (["JobID|JobName|State|Submit|Start|End|NodeList"], [f"{i}|x|COMPLETED|{t}|{t + i}|{t + 9}|n[1-2]" for i in range(4)]),
    "slurm-nrel": (["job_id,submit_time,start_time,end_time,wallclock_req"], [f"{i},2023-01-01 00:00:00,2023-01-01 00:00:0{i},2023-01-01 01:00:00,3600" for i in range(4)]),
    "slurm-tacc": (["4", "JobID JobName UID Start Submit End Priority Timelimit ExitCode NNodes", "---------"],
                   [f"{i}\tx\t7\t{iso.format(i)}\t{iso.format(0)}\t{iso.format(9)}\t1\t60\t0:0\t2" for i in range(4)]),
    "swf": (["; UnixStartTime: 1000000000", ";"], [f"{i} 100 10 360{i} 8 -1 -1 8 7200 -1 1 3 1 4 2 1 -1 -1" for i in range(4)]),
    "events": (["time,host,severity,message"], [f"{t + i},n1,error,x" for i in range(4)]),
    "labels": (["host,start,end,name"], [f"n1,{t + i},{t + 100},x" for i in range(4)]),
    "mira-ras": (["#count=4"], [event.format(i) for i in range(4)]),
    "mira-reservations": ([], [f'"2013-04-10 18:34:41.0","2013-04-10 22:14:21.0","R","mira","hw",0,"",{i},13180,18000,"512.0","1","6","M",0,"complete"' for i in range(4)]),
    "mira-maintenance": ([], [f"2013-04-0{i + 1} 14:00:09,2013-04-0{i + 2} 01:13:42" for i in range(4)]),
    "rack-layout": (["#layout"], ["level=0", "row=1", "column=2", "level=1", "nickName=R", "count=2", "level=2", "nickName=M"]),
    "xtdb2proc": (["#"], [xt.format(i) for i in range(4)]),
}
def forms(name):
    """Variants of an input, each with the rows that it has."""
    head, rows = kinds[name]
    plain = "\n".join(head + rows) + "\n"
    yield "plain", plain.encode(), len(rows)
    yield "crlf", plain.replace("\n", "\r\n").encode(), len(rows)
    yield "bom", b"\xef\xbb\xbf" + plain.encode(), len(rows)
    yield "blank lines", plain.replace("\n", "\n\n").encode(), len(rows)
    yield "no end", plain[:-1].encode(), len(rows)
    if name == "rack-layout": return  # its values depend on each other
    yield "nul", "\n".join(head + rows[:2] + [rows[2] + "\0"] + rows[3:]).encode() + b"\n", len(rows)
    yield "garbage", (plain + "\xe9\x01, garbage\n|||||\n;\n").encode("latin-1"), len(rows) + 3
    yield "cut", plain[:-len(rows[-1]) // 2].encode(), len(rows)
    yield "huge", (plain + "9" * 3000000 + "\n" + rows[0] + "\n").encode(), len(rows) + 2
PYTHON

every_row_of_every_kind_ends_in_one_class() {
  python3 - "$TELLTALE" <<'PYTHON'
import json, os, subprocess, sys
sys.path.insert(0, ".")
import kinds
wrong = []
def read(path, kind):
    run = subprocess.run([sys.argv[1], "import", path, "--source", "csv" if kind == "long" else kind, "--json", "-o", "x.h5",
                          *(["--host", "n1"] if kind == "ipmi" else [])], capture_output=True, text=True)
    if run.returncode: wrong.append((kind, path, run.returncode, run.stderr))
    return json.loads(run.stdout)["rows"] if run.returncode == 0 else None
for kind in kinds.kinds:
    folder, expected = "all." + kind, 0
    os.mkdir(folder)
    for form, data, rows in kinds.forms(kind):
        open(f"{folder}/{form}", "wb").write(data)
        expected += rows
        if form == "garbage" and kind == "swf": expected -= 1  # a line of ; is a comment there
        if form == "garbage" and kind in ("slurm", "slurm-tacc"): expected -= 2  # lines without a number belong to one torn row
    plain = read(folder + "/plain", kind)
    if plain and not plain["read"] == plain["used"] == len(kinds.kinds[kind][1]): wrong.append((kind, "plain", plain))
    counts = read(folder, kind)
    if not counts: continue
    parts = [counts[c] for c in ("used", "repaired", "refused", "left_out")]
    if not counts["read"] == sum(parts) == expected: wrong.append((kind, expected, counts))
    for c in ("refused", "left_out"):
        if sum(r["rows"] for r in counts["reasons"].values() if r["class"] == c) != counts[c]: wrong.append((kind, c, counts))
for line in wrong: print(*line)
sys.exit(bool(wrong))
PYTHON
}
records_in_json_end_in_one_class() {
  python3 - <<'PYTHON'
import json
open("jobs.json", "w").write(json.dumps({"jobs": [{"job_id": 1, "time": {"start": 1700000000, "end": 1700000001}}, {"job_id": "1.0"}, 5, {"name": "no number"},
    {"job_id": 2, "time": {"start": 1700000002, "end": 1700000001}}]}))
open("map.json", "w").write(json.dumps({"1": {"jobid": 1, "start": 1700000000}, "note": "none", "2.batch": {"jobid": 2}}))
PYTHON
  fine import jobs.json --json -o x.h5
  counts out '(read, used, refused, left_out) == (5, 1, 3, 1)'
  fine import map.json --source slurm-json --json -o x.h5
  counts out '(read, used, left_out) == (2, 1, 1)'
}
a_line_without_end_is_refused_by_number_in_bounded_memory() {
  python3 -c 'print("time,host,a"); [print(f"{1700000000 + 60 * i},n1,{i}") for i in range(9998)]' >line.csv
  cp line.csv tail.csv
  truncate -s 1G line.csv # line 10000: a gigabyte of NUL, without room on the disk
  { cat tail.csv && head -c 100000000 /dev/zero | tr '\0' 9 && printf '\n1700700000,n1,2\n'; } | gzip -1 >packed.csv.gz
  printf '\n1700700000,n1,2\n' >>line.csv
  python3 - "$TELLTALE" <<'PYTHON'
import json, resource, subprocess, sys
for name in ("line.csv", "packed.csv.gz"):
    begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run = subprocess.run([sys.argv[1], "import", name, "--source", "csv", "--json", "-o", "x.h5"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    rows = json.loads(run.stdout)["rows"]
    assert (rows["read"], rows["used"], rows["refused"]) == (10000, 9999, 1), rows
    assert list(rows["reasons"]) == ["huge"] and rows["reasons"]["huge"]["first_line"] == 10000, rows
    worked_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begun
    assert worked_s < 30, worked_s
# Of a line no more is held than the limit, 64 MiB, and its doubling; under AddressSanitizer twice as much.
assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 450000, resource.getrusage(resource.RUSAGE_CHILDREN)
PYTHON
  says 3 'line.csv:10000: a line of more than 67108864 bytes' import line.csv --source csv --strict -o y.h5
  not test -e y.h5
  rm line.csv
}
a_clock_that_jumps_ahead_leaves_a_gap_and_one_that_jumps_back_is_sorted_in() {
  python3 - <<'PYTHON'
def table(name, minutes):
    open(name, "w").write("time,a\n" + "".join(f"{1700000000 + 60 * m},{i}\n" for i, m in enumerate(minutes)))
table("ahead.csv", [*range(10), *range(70, 80)])
table("there.csv", [*range(10), *range(70, 75), *range(10, 20)])
PYTHON
  fine import ahead.csv --json -o x.h5
  counts out '(read, used, repaired) == (20, 20, 0)'
  holds x.h5 'values.shape[1] == 80 and np.isnan(values[0, 10:70]).all() and values[0, 70:, 0].tolist() == list(range(10, 20))'
  fine import there.csv --json -o x.h5
  counts out 'repaired == 1 and rows["reasons"]["backward"]["first_line"] == 17 and json.load(open("out"))["clocks"][0]["stamps_backward"] == 1'
  holds x.h5 'values[0, :20, 0].tolist() == [*range(10), *range(15, 25)] and values[0, 70:75, 0].tolist() == list(range(10, 15))'
}
the_hour_that_is_not_in_spring_is_a_gap_without_offsets() {
  python3 - <<'PYTHON'
# 2023-03-26 in Berlin: 01:59:00+01:00 is followed by 03:00:00+02:00.
stamps = [(f"0{1 if m < 60 else 3}:{m % 60:02d}:00", "+01:00" if m < 60 else "+02:00") for m in range(120)]
for name, is_whole in (("local", False), ("whole", True)):
    open(f"{name}.csv", "w").write("time,a\n" + "".join(f"2023-03-26T{t}{zone if is_whole else ''},{i}\n" for i, (t, zone) in enumerate(stamps)))
PYTHON
  fine import whole.csv --json -o x.h5
  holds x.h5 'values[0, :, 0].tolist() == list(range(120))'
  fine import local.csv --time-zone +01:00 --json -o x.h5
  counts out 'used == 120'
  holds x.h5 'values.shape[1] == 180 and np.isnan(values[0, 60:120]).all() and int(file.attrs["start_unix_s"]) == 1679788800'
  fine import local.csv --time-zone +01:00 --end 2023-03-26T02:00:00+01:00 -o night.h5
  fine import local.csv --time-zone +02:00 --start 2023-03-26T01:00:00Z --update -o night.h5
  holds night.h5 'values[0, :, 0].tolist() == list(range(120))'
}
hosts_in_jobs_only_and_in_telemetry_only_are_counted() {
  printf 'time,host,a\n1700000000,n1,1\n1700000060,n1,2\n1700000000,n2,1\n' >two.csv
  printf 'JobID|State|Start|End|NodeList\n1|COMPLETED|1700000000|1700000060|n[1,7-9]\n' >one.txt
  fine import two.csv --jobs one.txt --json -o x.h5
  counts out 'report["foreign_hosts"] == 3 and report["hosts_without_jobs"] == 1'
  holds x.h5 'texts("hosts/name") == ["n1", "n2"] and job("1")["hosts"] == ["n1"]'
  fine import two.csv --jobs one.txt -o x.h5
  grep -q '1 hosts are in no job' out
}
another_header_in_the_middle_counts_from_there_on() {
  python3 - <<'PYTHON'
rows = lambda first, cells: "".join(f"{1700000000 + 60 * i},n1,{cells(i)}\n" for i in range(first, first + 5))
open("heads.csv", "w").write("time,host,a\n" + rows(0, str) + "time,host,b,a\n" + rows(5, lambda i: f"9,{i}") + "time,host,a\n" + rows(10, str))
PYTHON
  fine import heads.csv --json -o x.h5
  counts out '(read, used) == (15, 15)'
  holds x.h5 'texts("metrics/name") == ["a", "b"] and values[0, :, 0].tolist() == list(range(15)) and np.isnan(values[0, :, 1]).tolist() == [True] * 5 + [False] * 5 + [True] * 5'
}
the_locale_of_the_process_does_not_matter() {
  printf 'time;a;b\n1700000000;1,5;2.5\n1700000060;2;3.5\n' >comma.csv
  LC_ALL=$(locale -a 2>/dev/null | grep -m 1 -iE '^(de|fr|es|it)_' || echo C) run 1 import comma.csv --json -o x.h5
  counts out 'rows["reasons"]["cell"]["rows"] == 1 and repaired == 1'
  holds x.h5 'values[0, :, 1].tolist() == [2.5, 3.5] and np.isnan(values[0, 0, 0])'
}
a_node_that_comes_again_in_xtdb2proc_is_counted_and_the_last_line_counts() {
  python3 -c 'import kinds; rows = kinds.kinds["xtdb2proc"][1]; print(*rows, rows[0].replace("cage=0", "cage=1"), sep="\n")' >again
  fine import again --source xtdb2proc --json -o x.h5
  counts out '(read, used, repaired) == (5, 4, 1) and rows["reasons"]["duplicate"]["first_line"] == 5'
  holds x.h5 'place("nid00000") == [3, 2, 1, 8]'
}

check_all
finish
