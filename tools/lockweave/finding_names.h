// tools/lockweave/finding_names.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the locks of one finding are called in it: two different ones never have the same name,
// `mutex@a.cpp:3#1`, `...#2`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/lockweave/scene.h"

namespace lockweave::cli {

class FindingNames {
 public:
  FindingNames(const Story& story, Scene& scene);
  std::string of(ObjectRef object);

 private:
  ObjectRef canonical(ObjectRef object) const;
  void add(ObjectRef object);

  const Story& story_;
  Scene& scene_;
  std::map<std::string, std::vector<ObjectRef>> bearers_;
};

}  // namespace lockweave::cli
