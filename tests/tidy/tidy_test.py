#!/usr/bin/env python3
# tests/tidy/tidy_test.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The tidy tests tested: in a small tree that keeps the rules they are silent, and each violation
planted in it is found at its line."""
import pathlib
import tempfile
import unittest

import house_rules
import include_rules

HEADER = "// {0}\n// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n"


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.plant("model/record.h", "#include <string>\n")
        self.plant("runtime/core/core.cc", '#include "model/record.h"\n#include <sys/mman.h>\n')
        self.plant("model/rule_catalog.cc", '  {"data-race", "title"},\n')
        self.plant("docs/rules/data-race.md", "# data-race\n", header="")

    def tearDown(self):
        self.folder.cleanup()

    def plant(self, name, text, header=HEADER):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(header.format(name) + text)
        return path

    def assert_finds(self, check, place, words):
        complaints = check(self.root)
        self.assertTrue(any(text.startswith(place) and words in text for text in complaints),
                        complaints)
        self.assertEqual(len(complaints), 1, complaints)

    def test_silent_on_a_clean_tree(self):
        self.assertEqual(include_rules.check(self.root), [])
        self.assertEqual(house_rules.check(self.root), [])

    def test_model_includes_nothing_of_ours(self):
        self.plant("model/x.cc", '#include "model/record.h"\n#include "runtime/core/core.h"\n')
        self.assert_finds(include_rules.check, "model/x.cc:4:", "runtime/core/core.h")

    def test_model_includes_no_system_header(self):
        self.plant("model/x.cc", "  #  include <unistd.h>\n")
        self.assert_finds(include_rules.check, "model/x.cc:3:", "unistd.h")

    def test_frontends_do_not_see_detectors(self):
        self.plant("runtime/frontends/x.cc", '#include "runtime/detectors/wait_for.h"\n')
        self.assert_finds(include_rules.check, "runtime/frontends/x.cc:3:", "wait_for.h")

    def test_detectors_do_no_input_or_output(self):
        self.plant("runtime/detectors/x.cc", "#include <atomic>\n#include <cstdio>\n")
        self.assert_finds(include_rules.check, "runtime/detectors/x.cc:4:", "cstdio")

    def test_only_the_extractor_knows_clang(self):
        clang = "#include <clang/AST/Decl.h>\n"
        self.plant("analyzer/extract/x.cc", clang)
        self.plant("analyzer/rules/x.cc", clang)
        self.assert_finds(include_rules.check, "analyzer/rules/x.cc:3:", "clang")

    def test_no_include_goes_up(self):
        self.plant("model/x.cc", '#include "model/../runtime/x.h"\n')
        self.assert_finds(include_rules.check, "model/x.cc:3:", "goes up")

    def test_header_names_its_path(self):
        self.plant("model/x.cc", "", header=HEADER.format("model/y.cc"))
        self.assert_finds(house_rules.check, "model/x.cc:1:", "header")

    def test_header_has_the_licence(self):
        self.plant("model/x.cc", "int x;\n", header="// model/x.cc\n")
        self.assert_finds(house_rules.check, "model/x.cc:1:", "licence")

    def test_no_sleep_in_tests(self):
        self.plant("tests/unit/x.cc", "std::this_thread::sleep_for(1s);\n")
        self.assert_finds(house_rules.check, "tests/unit/x.cc:3:", "no-sleep")

    def test_a_reasoned_sleep_is_allowed(self):
        self.plant("tests/unit/x.cc", "sleep(1);  // allow-sleep: the call itself is tested\n")
        self.assertEqual(house_rules.check(self.root), [])

    def test_nothing_left_for_later(self):
        self.plant("model/x.cc", "// TO" "DO: more\n")
        self.assert_finds(house_rules.check, "model/x.cc:3:", "no-to-do")

    def test_no_path_of_a_machine(self):
        self.plant("model/x.cc", '// see /ho' 'me/jane/notes\n')
        self.assert_finds(house_rules.check, "model/x.cc:3:", "no-machine")

    def test_nothing_is_decided_on_words(self):
        for line in ('if (step.text.starts_with("takes ")) return;',
                     'x = finding->message.find(word) != 0;', 'return one.reason == "a gate";'):
            self.plant("tools/x.cc", line + "\n")
            self.assert_finds(house_rules.check, "tools/x.cc:3:", "display-text")
        for line in ('put(step.text);', 'return a.message < b.message;', 'if (text == "x") f();'):
            self.plant("tools/x.cc", line + "\n")
            self.assertEqual(house_rules.check(self.root), [])

    def test_scripts_are_executable(self):
        self.plant("tools/x", "", header="#!/bin/sh\n" + HEADER.format("tools/x").replace("//", "#"))
        self.assert_finds(house_rules.check, "tools/x:1:", "executable")

    def test_every_rule_has_a_page(self):
        self.plant("model/rule_catalog.cc", '  {"data-race", "t"},\n  {"double-lock", "t"},\n')
        self.assert_finds(house_rules.check, "model/rule_catalog.cc:1:", "double-lock")


if __name__ == "__main__":
    unittest.main()
