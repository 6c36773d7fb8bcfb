// analyzer/link/premises.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/premises.h"

#include <algorithm>

#include "analyzer/link/paths.h"

namespace lockweave::analyzer::link {
namespace {

using summary::Answer;

bool same_premise(const Premise& a, const Premise& b) {
  return a.compares == b.compares && a.value == b.value && a.holds == b.holds &&
         same(a.subject, b.subject);
}

// Does `known`, which holds a value, answer the other question?
bool excluded_by_value(const Premise& known, const Premise& other) {
  if (!known.compares || !known.holds) return false;
  const bool true_then = other.compares ? other.value == known.value : known.value != 0;
  return true_then != other.holds;
}

bool same_denial(const Denial& a, const Denial& b) {
  return a.size() == b.size() && all_supposed(a, b);
}

// Zero is a value, too.
bool excluded_by_zero(const Premise& known, const Premise& other) {
  if (known.compares || known.holds || !other.compares) return false;
  return (other.value == 0) != other.holds;
}

}  // namespace

bool contradict(const Premise& a, const Premise& b) {
  if (!same(a.subject, b.subject)) return false;
  if (a.compares == b.compares && a.value == b.value) return a.holds != b.holds;
  return excluded_by_value(a, b) || excluded_by_value(b, a) || excluded_by_zero(a, b) ||
         excluded_by_zero(b, a);
}

bool contradicts_any(const std::vector<Premise>& known, const Premise& premise) {
  return std::any_of(known.begin(), known.end(),
                     [&](const Premise& one) { return contradict(one, premise); });
}

void suppose(std::vector<Premise>& known, Premise premise) {
  if (known.size() < kPremisesMax && !supposes(known, premise)) known.push_back(std::move(premise));
}

bool keep_common(std::vector<Premise>& known, const std::vector<Premise>& other) {
  return std::erase_if(known, [&](const Premise& one) { return !supposes(other, one); }) > 0;
}

bool supposes(const std::vector<Premise>& known, const Premise& premise) {
  return std::any_of(known.begin(), known.end(),
                     [&](const Premise& one) { return same_premise(one, premise); });
}

void forget_contradicted(std::vector<Premise>& known, const Premise& premise) {
  std::erase_if(known, [&](const Premise& one) { return contradict(one, premise); });
}

void deny(std::vector<Denial>& known, Denial denial) {
  const bool twice = std::any_of(known.begin(), known.end(),
                                 [&](const Denial& one) { return same_denial(one, denial); });
  if (known.size() < kDenialsMax && !twice) known.push_back(std::move(denial));
}

bool keep_common(std::vector<Denial>& known, const std::vector<Denial>& other) {
  return std::erase_if(known, [&](const Denial& one) {
           return std::none_of(other.begin(), other.end(),
                               [&](const Denial& denial) { return same_denial(one, denial); });
         }) > 0;
}

bool all_supposed(const std::vector<Premise>& known, const Denial& denial) {
  return std::all_of(denial.begin(), denial.end(),
                     [&](const Premise& one) { return supposes(known, one); });
}

Answer holds_for(const Premise& premise, const summary::Argument& argument) {
  const auto answer = [&](bool is_true) {
    return is_true == premise.holds ? Answer::yes : Answer::no;
  };
  if (argument.constant) {
    return answer(premise.compares ? argument.value == premise.value : argument.value != 0);
  }
  const bool asks_for_null = !premise.compares || premise.value == 0;
  if (argument.not_null && asks_for_null) return answer(!premise.compares);
  return Answer::unknown;
}

}  // namespace lockweave::analyzer::link
