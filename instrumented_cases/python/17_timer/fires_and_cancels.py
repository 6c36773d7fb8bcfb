# instrumented_cases/python/17_timer/fires_and_cancels.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# One timer calls its function, the other is switched off in time.
import threading

rings = []
alarm = threading.Timer(0.01, rings.append, ["morning"])
snooze = threading.Timer(3600, rings.append, ["noon"])
alarm.start()
snooze.start()
alarm.join()
snooze.cancel()
snooze.join()
assert rings == ["morning"]
