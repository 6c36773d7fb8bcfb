// analyzer/link/function_names.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/function_names.h"

#include <algorithm>

namespace lockweave::analyzer::link {
namespace {

using summary::Unit;

std::size_t common_folders(std::string_view a, std::string_view b) {
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return static_cast<std::size_t>(std::count(a.begin(), differ, '/'));
}

// "build/src/CMakeFiles/broker.dir/", "build/prog.p/": what the object is a part of. Empty: its path
// does not say.
std::string_view target_of(std::string_view object) {
  constexpr std::string_view kCMake = "CMakeFiles/";
  constexpr std::string_view kOfCMake = ".dir/";
  constexpr std::string_view kOfMeson = ".p/";
  constexpr std::size_t kNowhere = std::string_view::npos;
  if (const std::size_t folder = object.rfind(kCMake); folder != kNowhere) {
    const std::size_t at = object.find(kOfCMake, folder);
    return at == kNowhere ? std::string_view() : object.substr(0, at + kOfCMake.size());
  }
  const std::size_t at = object.rfind(kOfMeson);
  return at == kNowhere ? std::string_view() : object.substr(0, at + kOfMeson.size());
}

bool has_main(const Unit& unit) {
  return std::any_of(unit.functions.begin(), unit.functions.end(), [](const auto& function) {
    return function.name == "main" && function.owner.empty() && !function.blocks.empty();
  });
}

}  // namespace

FunctionNames::FunctionNames(const Program& program) : program_(program) {
  for (const Unit& unit : program.units) {
    if (!has_main(unit)) continue;
    for (const std::string& object : unit.objects) {
      const std::string_view target = target_of(object);
      if (!target.empty()) programs_.insert(target);
    }
  }
}

void FunctionNames::add(std::string_view key, FunctionId id, std::uint32_t unit,
                        std::string_view file) {
  shared_[key].push_back({id, unit, file});
}

void FunctionNames::add_own(std::uint32_t unit, std::string_view key, FunctionId id) {
  if (own_.size() <= unit) own_.resize(unit + 1);
  own_[unit].try_emplace(key, id);
}

FunctionId FunctionNames::find(std::uint32_t unit, std::string_view key) const {
  if (unit < own_.size()) {
    const auto own = own_[unit].find(key);
    if (own != own_[unit].end()) return own->second;
  }
  const auto shared = shared_.find(key);
  if (shared == shared_.end()) return kNone;
  const std::vector<Definition>& all = shared->second;
  if (all.size() == 1) return all.front().id;
  const auto less_near = [&](const Definition& a, const Definition& b) {
    return nearness(unit, a) < nearness(unit, b);
  };
  return std::max_element(all.begin(), all.end(), less_near)->id;
}

bool FunctionNames::only_in_programs(std::uint32_t unit) const {
  const std::vector<std::string>& objects = program_.units[unit].objects;
  return !objects.empty() &&
         std::all_of(objects.begin(), objects.end(), [&](const std::string& object) {
           return programs_.contains(target_of(object));
         });
}

FunctionNames::Nearness FunctionNames::nearness(std::uint32_t unit, const Definition& one) const {
  const Unit& user = program_.units[unit];
  const Unit& maker = program_.units[one.unit];
  Nearness nearness{may_link(user, maker), 0, common_folders(user.source, one.file)};
  for (const std::string& a : user.objects) {
    for (const std::string& b : maker.objects) {
      nearness.common_of_objects = std::max(nearness.common_of_objects, common_folders(a, b));
    }
  }
  return nearness;
}

bool FunctionNames::may_link(const Unit& user, const Unit& maker) const {
  if (maker.objects.empty()) return true;
  return std::any_of(maker.objects.begin(), maker.objects.end(), [&](const std::string& made) {
    const std::string_view target = target_of(made);
    if (!programs_.contains(target)) return true;
    return std::any_of(user.objects.begin(), user.objects.end(),
                       [&](const std::string& used) { return target_of(used) == target; });
  });
}

}  // namespace lockweave::analyzer::link
