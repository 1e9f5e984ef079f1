#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# telltale import of sensors' polls: what is kept, what is counted, what is said.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/cli/facility.sh
. "$top/tests/cli/facility.sh"

python3 - <<'PYTHON'
import os
def poll(host, minute, power, temp="36 degrees C", battery="3.17 Volts        | ok"):
    return f"""Timestamp: 2025-05-30 13:{minute:02d}:02 UTC
Host Power               | 0x00              | ok
CMOS Battery             | {battery}
Sys Power                | {power} Watts         | ok
CPU 1 DTS                | -51 unspecif      | ok
CPU 1 Temp               | {temp}      | ok
Progress                 | Not Readable      | ns
"""
def write(name, text):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    open(name, "w").write(text)
for host in (1, 2):
    write(f"day/holy7c1610{host}-2025-05-30.txt", "".join(poll(host, m, 100 * host + m) for m in range(0, 50, 5)))
    for m in range(0, 50, 5):
        write(f"polls/2025-05-30T13-{m:02d}-02/holy7c1610{host}.txt", "".join(poll(host, m, 100 * host + m).splitlines(True)[1:]))
write("once/n1.txt", poll(1, 4, 5))
write("once/n2.txt", poll(2, 5, 6))
write("silent.txt", "Timestamp: 2025-05-30 13:00:02 UTC\n" + poll(1, 5, 7) + "Timestamp: 2025-05-30 13:10:02 UTC\n")
write("battery.txt", "".join(poll(1, m, 5, battery=b) for m, b in enumerate(
    ["3.17 Volts | ok", "2.38 Volts | nc", "2.37 Volts | nc", "1.96 Volts | cr", "no reading | ns", "3.20 Volts | ok", "1.90 Volts | nr"])))
write("broken.txt", poll(1, 0, 5) + "Get SDR 00c1 command failed\nFan 1 | 1O00 RPM | ok\n | 5 Volts | ok\nA | B\nFan 2 | 1e999 RPM | ok\nFan 3 | 7 RPM | ??\n"
      + "Timestamp: yesterday\nFan 4 | 8 RPM | ok\n" + poll(1, 1, "5,5") + "CPU 1 Temp | 36 deg")
write("stampless.txt", "".join(poll(1, 0, 5).splitlines(True)[1:]))
write("n7-20250530T130000.txt", "".join(poll(1, 0, 5).splitlines(True)[1:]))
write("twins.txt", "Timestamp: 2025-05-30 13:00:02 UTC\nTemp | 36 degrees C | ok\nTemp | 40 degrees C | ok\nTimestamp: 2025-05-30 13:05:02 UTC\nTemp | no reading | ns\nTemp | 41 degrees C | ok\n")
write("elist.txt", "2025-05-30T13:00:00Z\nTemp             | 01h | ok  |  3.1 | 36 degrees C\nPS Redundancy | 77h | ok  |  7.1 | Fully Redundant\nFan | 02h | ns | 7.1 | Disabled\n")
write("sensor.txt", "# 1748610000\nCPU1 Temp        | 36.000     | degrees C  | ok    | na        | na        | na        | 90.000 | 95.000 | na\n"
      "Chassis Intru    | 0x0        | discrete   | 0x0080| na        | na        | na        | na        | na        | na\nFAN9 | na | RPM | na | na | na | na | na | na | na\n")
write("back.txt", poll(1, 0, 9) + poll(1, 5, 8) + poll(1, 15, 1) + poll(1, 10, 2) + poll(1, 10, 3))
PYTHON

each_poll_of_a_day_is_a_sample() {
  fine import day -o day.h5 --json
  holds day.h5 'values.shape == (2, 10, 4) and texts("hosts/name") == ["holy7c16101", "holy7c16102"] and file.attrs["period_s"] == 300
    and values[1,:,texts("metrics/name").index("Sys Power")].tolist() == [200 + 5 * i for i in range(10)] and int(file.attrs["start_unix_s"]) == 1748610002
    and dict(zip(texts("metrics/name"), texts("metrics/unit"))) == {"CMOS Battery": "Volts", "Sys Power": "Watts", "CPU 1 DTS": "", "CPU 1 Temp": "degrees C"}
    and file["hosts/row"][:].tolist() == [0x7c] * 2 and file["hosts/rack"][:].tolist() == [16] * 2 and not file["metrics/kind"][:].any()'
  counts out 'read == 120 and used == 80 and left_out == 40 and rows["reasons"]["state"]["rows"] == 20 and rows["reasons"]["no_reading"]["rows"] == 20'
}
a_folder_for_each_poll_gives_the_same_samples() {
  fine import day -o day.h5
  fine import polls -o polls.h5
  h5diff day.h5 polls.h5
  tar -cf polls.tar polls
  fine import polls.tar -o tar.h5
  h5diff day.h5 tar.h5 /telemetry/values
}
any_number_of_ranks_gives_the_same_file() {
  local ranks input
  for input in day polls; do
    fine import $input -o one.h5
    for ranks in 2 3 4; do
      run $ranks import $input -o many.h5
      h5diff one.h5 many.h5
    done
  done
}
hosts_that_were_asked_once_share_one_sample() {
  fine import once -o once.h5
  holds once.h5 'values.shape == (2, 1, 4) and values[:,0,1].tolist() == [5, 6]'
}
polls_without_a_line_are_counted() {
  fine import silent.txt -o x.h5 --json
  counts out 'rows["reasons"]["silent"] == dict(rows["reasons"]["silent"], rows=2, first_line=1) and read == 8 and used == 4'
}
a_threshold_that_is_passed_is_one_event() {
  fine import battery.txt -o x.h5
  holds x.h5 'texts("events/message") == ["CMOS Battery 2.38 Volts (nc)", "CMOS Battery 1.96 Volts (cr)", "CMOS Battery 1.9 Volts (nr)"]
    and file["events/severity"][:].tolist() == [1, 2, 3] and file["events/host"][:].tolist() == [0, 0, 0] and np.isnan(values[0,4,0]) and not np.isnan(values[0,5,0])'
}
broken_lines_are_refused_and_counted() {
  fine import broken.txt -o x.h5 --json
  counts out '{n: (r["rows"], r["first_line"]) for n, r in rows["reasons"].items() if r["class"] in ("refused", "repaired")} ==
    {"few_fields": (3, 8), "value": (3, 9), "name": (1, 10), "time": (2, 14), "word": (1, 13)} and used == 4 + 3 and repaired == 1'
  says 3 'broken.txt:8: neither a reading nor a moment' import broken.txt --strict -o y.h5
  [ ! -e y.h5 ]
}
a_poll_without_a_moment_takes_it_from_a_name_or_the_option() {
  says 3 'none of 6 rows can be used; the first is stampless.txt:1' import stampless.txt -o x.h5
  fine import stampless.txt --file-time 2025-05-30T13:00:00Z --host n9 -o x.h5
  holds x.h5 'int(file.attrs["start_unix_s"]) == 1748610000 and texts("hosts/name") == ["n9"]'
  fine import n7-20250530T130000.txt -o x.h5
  holds x.h5 'int(file.attrs["start_unix_s"]) == 1748610000 and texts("hosts/name") == ["n7"]'
  says 2 "file_time 'noon' is no moment" import stampless.txt --file-time noon -o x.h5
}
sensors_of_one_name_are_told_apart() {
  fine import twins.txt -o x.h5
  holds x.h5 'texts("metrics/name") == ["Temp", "Temp #2"] and values[0,0].tolist() == [36, 40] and np.isnan(values[0,1,0]) and values[0,1,1] == 41'
}
all_forms_of_ipmitool_are_read() {
  fine import elist.txt -o x.h5 --json
  holds x.h5 'values.tolist() == [[[36]]] and texts("metrics/unit") == ["degrees C"]'
  counts out 'used == 1 and left_out == 2'
  fine import sensor.txt -o x.h5
  holds x.h5 'values.tolist() == [[[36]]] and texts("metrics/unit") == ["degrees C"] and int(file.attrs["start_unix_s"]) == 1748610000'
}
states_are_kept_where_that_is_asked_for() {
  fine import day --sensor-states -o x.h5
  holds x.h5 'texts("metrics/name")[0] == "Host Power" and values.shape[2] == 5 and (values[:,:,0] == 0).all()'
}
a_clock_that_steps_back_is_sorted_in() {
  fine import back.txt -o x.h5 --json
  holds x.h5 'values[0,:,1].tolist() == [9, 8, 3, 1]'
  counts out 'rows["reasons"]["backward"]["rows"] == 1 and rows["reasons"]["duplicate"]["rows"] == 1 and read == used + repaired + refused + left_out'
}

check_all
finish
