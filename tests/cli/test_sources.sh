#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# telltale import of job logs in SWF, Blue Gene's events, layouts and ClusterCockpit's archives.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/cli/facility.sh
. "$top/tests/cli/facility.sh"

python3 - <<'PYTHON'
import gzip, io, json, os, tarfile
def write(name, text):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    open(name, "w").write(text)
jobs = """  1  100  10  3600  8 -1 -1  8  7200 -1 1  3 1 4 2 1 -1 -1
  2  200  -1    -1 -1 -1 -1 16  7200 -1 5  3 1 4 2 1 -1 -1
  3  300   0    60  9 -1 -1  9    -1 -1 0 -1 1 4 -1 7 -1 -1
  3  300   0    30  9 -1 -1  9    -1 -1 2 -1 1 4 -1 7 -1 -1
  4  400   0    60  9 -1 -1  9    -1 -1 9 -1 1 4 -1 7 -1 -1
  5  500   0    60  9 -1 -1
  6  six   0    60  9 -1 -1  9    -1 -1 0 -1 1 4 -1 7 -1 -1
  7  9e9   0    60  9 -1 -1  9    -1 -1 0 -1 1 4 -1 7 -1 -1
  8  600   0    60"""
write("log.swf", "; Version: 2.2\n; Computer: made up\n;  UnixStartTime: 1000000000\n; TimeZoneString: Europe/Paris\n; MaxNodes: 64\n; MaxProcs: 256 (of four)\n;\n\n" + jobs)
write("bare.swf", jobs)
def record(kind, place, first="2013-04-02;22:40:36.223930", last="2013-04-02;22:40:53.867908", head="event", severity="FATAL"):
    return f"{head} 22194 00062001 13217458 {severity} Card MC {first} {last} 4 {kind} {place} 512\n"
write("ras.cor", "#count=9\n" + record("RMNJ", "R00-M0-N01-J02") + record("RMN", "R00-M0-N01", head="\t0.5") + record("RL", "R00-L") + record("RMN", "R01-M1-N00")
      + record("NULL", "") + record("RMNJ", "R1F-M0-N01-J02", severity="DIRE") + record("RMN", "R00-M0-N01", first="yesterday") + "event 22194 00062001R00\n"
      + record("RMN", "R00-M0-N01", last="2013-04-01;00:00:00"))
write("racks.txt", "#layout\n#machine\nlevel=0\nfullName=Made up\nrow=1\ncolumn=2\ntitleRepresentBase=-\n\nlevel=1\nnickName=R\ncount=2\ntitleRepresentBase=hex\n\n"
      "level=2\nnickName=M\ncount=2\ntitleRepresentBase=binary\n\nlevel=3\nnickName=N\n#count=32\ntitleRepresentBase=decimal2\n")
write("io.txt", "#layout\nlevel=0\nrow=1\ncolumn=2\n\nlevel=1\nnickName=Q\ncount=1\ntitleRepresentOffset=16\n\nlevel=2\nnickName=I\n")
write("bomb.txt", "#layout\nlevel=0\nrow=10\ncolumn=20\n\nlevel=1\nnickName=R\ncount=1000000\n\nlevel=2\nnickName=M\ncount=1000000\n\nlevel=3\nnickName=N\n")
write("hole.txt", "#layout\nlevel=0\nrow=10\ncolumn=20\n\nlevel=2\nnickName=M\n")
write("reservations.txt", '"2013-04-10 18:34:41.000000","2013-04-10 22:14:21.000000","R.hw.R1D, M1","mira","hw",0,"",382,13180,18000,"512.0000","1","6","MIR-1,MIR-2",0,"complete"\n"2013-04-10 18:34:41.000000"\n')
write("maintenance.txt", "2013-04-01 14:00:09,2013-04-02 01:13:42\n2013-04-08 14:00:17,2013-04-07 00:34:52\n")
xt = "cpu={},slot={},cage={},cabinet=null,cab_position=2,cab_row=3,x_coord=1,processor_status='up',processor_id={},processor_spec=null\n"
write("xt", "#\n# made\n" + xt.format(0, 2, 0, 5000) + xt.format(3, 2, 1, 5001) + xt.format(9, 2, 1, 5002) + xt.format("null", 2, 1, 5003))
write("cray.csv", "time,host,a\n2023-01-01T00:00:00,nid05001,1\n2023-01-01T00:01:00,nid05001,2\n2023-01-01T00:00:00,other,1\n")
write("rooms.csv", "time,host,a\n2023-01-01T00:00:00,1f-r12u7,1\n2023-01-01T00:00:00,1f-r3,2\n2023-01-01T00:00:00,other,1\n")
write("cray-events.csv", "time,severity,message,location\n2023-01-01T00:00:30,error,blade,c2-3c1s2\n2023-01-01T00:00:30,error,cage,c2-3c0\n")
meta = {"jobId": 7, "user": "u", "project": "p", "cluster": "c", "partition": "main", "numNodes": 2, "startTime": 1700000000, "duration": 300, "walltime": 600,
        "jobState": "completed", "resources": [{"hostname": "n2"}, {"hostname": "n1"}], "metaData": {"jobName": "x, <y>"}}
series = lambda **hosts: [{"hostname": h, "data": v} for h, v in hosts.items()]
data = {"load": {"node": {"unit": {"base": "load"}, "timestep": 60, "series": series(n1=[1, None, 3.5], n2=[4, 5, "six"])}},
        "bw": {"node": {"unit": {"base": "B/s", "prefix": "G"}, "timestep": 60, "series": series(n1=[7, 8, 9])}},
        "power": {"node": {"unit": "W", "timestep": 120, "series": series(n1=[10, 20])}},
        "ipc": {"core": {"unit": {"base": ""}, "timestep": 60, "series": [{"hostname": "n1", "id": "0", "data": [1]}]}}}
write("cockpit/7/meta.json", json.dumps(meta))
open("cockpit/7/data.json.gz", "wb").write(gzip.compress(json.dumps(data).encode()))
write("alone/data.json", json.dumps(data))
def archive(name, members):
    with tarfile.open(name, "w") as tar:
        for path, content in members:
            info = tarfile.TarInfo(path)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
halves = [("c/7/data.json.gz", gzip.compress(json.dumps(data).encode())), ("c/7/meta.json", json.dumps(meta).encode())]
archive("first.tar", halves)
archive("last.tar", halves[::-1])
archive("half.tar", halves[:1])
archive("broken.tar", [("c/7/data.json.gz", halves[0][1][:-40]), halves[1]])
archive("nest.tar", [("in.tar.gz", gzip.compress(open("last.tar", "rb").read())), ("log.swf.gz", gzip.compress(open("log.swf", "rb").read()))])
PYTHON

a_workload_becomes_jobs() {
  fine import log.swf -o swf.h5 --json
  counts out '(read, used, repaired, refused, left_out) == (9, 3, 1, 4, 1) and {n: (r["rows"], r["first_line"]) for n, r in rows["reasons"].items()} ==
    {"step": (1, 12), "word": (1, 13), "few_fields": (2, 14), "value": (1, 15), "time": (1, 16)} and "Europe/Paris" in report["notes"][0]'
  holds swf.h5 'job("1") == dict(job("1"), user="3", project="1", application="4", queue="2", state="COMPLETED", submit_unix_s=1000000100, start_unix_s=1000000110,
      end_unix_s=1000003710, limit_s=7200, node_count=2) and job("2") == dict(job("2"), start_unix_s=-1, end_unix_s=-1, node_count=4, state="CANCELLED")
    and job("3") == dict(job("3"), user="", queue="7", limit_s=-1, node_count=3, state="FAILED")'
}
a_workload_without_a_beginning_asks_for_one() {
  says 3 'no UnixStartTime above the first job' import bare.swf -o x.h5
  fine import bare.swf --file-time 2001-09-09T01:46:40Z -o x.h5
  holds x.h5 'job("1")["submit_unix_s"] == 1000000100 and job("1")["node_count"] == 8'
}
events_of_a_blue_gene_keep_their_place() {
  fine import ras.cor -o ras.h5 --json
  counts out '(read, used, repaired, refused) == (9, 5, 1, 3) and {n: r["first_line"] for n, r in rows["reasons"].items()} == {"word": 7, "time": 8, "few_fields": 9, "order": 10}'
  holds ras.h5 'texts("hosts/name") == ["R00-M0-N01-J02", "R1F-M0-N01-J02"] and texts("events/location") ==
    ["R00-M0-N01-J02", "R00-M0-N01", "R00-L", "R01-M1-N00", "", "R1F-M0-N01-J02"] and file["events/host"][:].tolist() == [0, -1, -1, -1, -1, 1]
    and texts("events/message")[0] == "00062001 of MC, 4 records until 2013-04-02;22:40:53.867908, a block of 512" and set(texts("events/category")) == {"Card"}'
}
a_layout_gives_events_their_hosts() {
  fine import ras.cor --topology racks.txt -o x.h5
  holds x.h5 'texts("hosts/name") == [f"R0{r}-M{m}-N{n:02}" for r in (0, 1) for m in (0, 1) for n in (0, 1)] and place("R01-M1-N00") == [0, 1, 1, 0]
    and [texts("hosts/name")[h] if h >= 0 else "" for h in file["events/host"][:]] == ["R00-M0-N01", "R00-M0-N01", "", "R01-M1-N00", "", ""]'
  grep -q '1 events concern several hosts' out
  fine import io.txt -o x.h5
  holds x.h5 'texts("hosts/name") == ["Q0G-I0", "Q0H-I0"] and place("Q0H-I0") == [0, 17, 0, -1]'
  says 3 'more than 1000000 hosts (--host-limit)' import bomb.txt -o y.h5
  says 3 'hole.txt:6: levels must follow each other' import hole.txt -o y.h5
}
reservations_and_maintenance_become_jobs() {
  fine import reservations.txt maintenance.txt -o x.h5 --json
  counts out '(read, used, refused) == (4, 2, 2) and rows["reasons"]["few_fields"]["first_line"] == 2 and rows["reasons"]["order"]["first_line"] == 2'
  holds x.h5 'job("382") == dict(job("382"), name="R.hw.R1D, M1", project="mira", queue="reservation", start_unix_s=1365618881, end_unix_s=1365632061, limit_s=18000,
    node_count=512, state="complete") and job("maintenance-1") == dict(job("maintenance-1"), queue="maintenance", start_unix_s=1364824809, end_unix_s=1364865222)'
}
nodes_of_a_cray_stand_where_xtdb2proc_says() {
  fine import xt -o x.h5 --json
  counts out '(read, used, refused) == (4, 2, 2) and rows["reasons"]["value"]["first_line"] == 5'
  holds x.h5 'texts("hosts/name") == ["nid05000", "nid05001"] and place("nid05001") == [3, 2, 1, 11]'
  fine import cray.csv --topology xt --events cray-events.csv -o x.h5
  holds x.h5 'texts("hosts/name") == ["nid05001", "other"] and place("nid05001") == [3, 2, 1, 11] and place("other") == [-1] * 4 and file["events/host"][:].tolist() == [0, -1]'
}
a_cockpit_archive_gives_a_job_and_its_samples() {
  fine import cockpit -o x.h5 --json
  counts out '(read, used, repaired) == (9, 8, 1) and report["cells"] == {"read": 14, "missing": 4, "refused": 1}'
  holds x.h5 'job("7") == dict(job("7"), user="u", project="p", queue="main", name="x, <y>", state="COMPLETED", start_unix_s=1700000000, end_unix_s=1700000300,
    limit_s=600, node_count=2, hosts=["n2", "n1"]) and dict(zip(texts("metrics/name"), texts("metrics/unit"))) == {"load": "load", "bw": "GB/s", "power": "W"}
    and np.array_equal(values[0], np.array([[1, 7, 10], [np.nan, 8, np.nan], [3.5, 9, 20]], "f4"), equal_nan=True)
    and np.array_equal(values[1,:,0], np.array([4, 5, np.nan], "f4"), equal_nan=True)'
  run 2 import cockpit -o two.h5
  h5diff x.h5 two.h5
}
the_halves_of_a_job_may_come_in_any_order() {
  local archive
  fine import cockpit -o x.h5
  for archive in first last; do
    fine import $archive.tar -o y.h5
    h5diff x.h5 y.h5 /telemetry/values
    h5diff x.h5 y.h5 /jobs/host_index
  done
}
half_a_job_is_named() {
  says 3 'no meta.json beside it' import alone/data.json -o y.h5
  says 3 'half.tar' import half.tar -o y.h5
  says 3 'c/7/data.json.gz' import broken.tar -o y.h5
}
what_is_packed_within_an_archive_is_unpacked() {
  fine import nest.tar -o x.h5 --json
  counts out 'read == 9 and report["files_passed_over"] == 1 and "an archive within an archive" in report["notes"][0]'
}
logs_named_by_their_use_are_told_apart_by_content() {
  fine import --jobs log.swf,reservations.txt --events ras.cor --topology racks.txt -o x.h5
  holds x.h5 'len(file["jobs/id"]) == 5 and len(file["events/host"]) == 6 and len(file["hosts/name"]) == 8'
}

a_pattern_of_the_users_gives_places() {
  fine import rooms.csv --host-pattern '^([0-9a-f]{2})-(r?)([0-9]+)(u([0-9]+))?$' --host-parts row:hex,-,rack,-,slot -o x.h5
  holds x.h5 '[place(n) for n in ("1f-r12u7", "1f-r3", "other")] == [[31, 12, -1, 7], [31, 3, -1, -1], [-1] * 4]'
  fine import rooms.csv --host-pattern 'r([0-9]+)u([0-9]+)' -o x.h5
  holds x.h5 'place("1f-r12u7") == [12, 7, -1, -1]'
  fine import cray.csv --host-pattern '(nid|oth)()()([0-9]+)' --topology xt -o x.h5
  holds x.h5 'place("nid05001") == [3, 2, 1, 11]'
  fine import rooms.csv --host-pattern 'zzz(.)' -o x.h5
  grep -q 'host_pattern matches none of 3 hosts' out
}
a_pattern_that_cannot_be_meant_is_exit_status_2() {
  says 2 'is no regular expression: ' import rooms.csv --host-pattern '([0-9' -o y.h5
  says 2 'is no regular expression: ' import rooms.csv --host-pattern '(r)\' -o y.h5
  says 2 'has 1 groups (...) for 2 parts' import rooms.csv --host-pattern '([0-9])' --host-parts row,rack -o y.h5
  says 2 'has 0 groups' import rooms.csv --host-pattern 'r' -o y.h5
  says 2 "host_parts: 'room' is none of" import rooms.csv --host-pattern '(r)' --host-parts room -o y.h5
  says 2 'repeats more than 1000 times' import rooms.csv --host-pattern '(((a{1,99}){1,99}){1,99})' -o y.h5
  says 2 'repeats more than 1000 times' import rooms.csv --host-pattern '(r)++++++++++++++++++++++++++++++' -o y.h5
  says 2 'has a back-reference' import rooms.csv --host-pattern '(a)\1' -o y.h5
}

check_all
finish
