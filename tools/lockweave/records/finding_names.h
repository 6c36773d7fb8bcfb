// tools/lockweave/records/finding_names.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the locks of one finding are called in it: two different ones never have the same name,
// `mutex@a.cpp:3#1`, `...#2`.
#pragma once

#include <map>
#include <string>

#include "tools/lockweave/records/symbolized_records.h"

namespace lockweave::cli {

class FindingNames {
 public:
  FindingNames(const RawFinding& raw, SymbolizedRecords& symbolized);
  std::string of(ObjectRef object);

 private:
  ObjectRef canonical(ObjectRef object) const;
  void add(ObjectRef object);

  const RawFinding& raw_;
  SymbolizedRecords& symbolized_;
  std::map<std::string, std::map<ObjectRef, std::size_t>> bearers_;  // each with its number, from 1
};

}  // namespace lockweave::cli
