// analyzer/rules/telling.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What rules say and where: places, stacks, threads' names, fingerprints. The words are those of the
// runtime's findings of the same rule (tools/lockweave/tell_*.cc), so that a reader sees one tool.
//
// A place is never in a system header and never in a lock wrapper: it is the innermost frame of the
// user's that is neither. Fingerprints: docs/design/identity.md; key sites as in
// tools/lockweave/records/finding_key.cc.
// Thread-safety: immutable; Program and CallSites must outlive it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/rules/contexts.h"
#include "analyzer/rules/rules.h"

namespace lockweave::analyzer::rules {

std::string ticked(std::string_view name);                  // "`name`"
std::string listed(const std::vector<std::string>& parts);  // "a, b and c"
std::string ticked_locks(const std::vector<Held>& held);

struct Key {  // a key site of a fingerprint
  model::Site site;
  model::Mode mode = model::Mode::exclusive;
};

struct ToldStep {
  std::string text;
  Trace trace;  // from the thread's function as far as known
  std::vector<Held> held;
};

class Teller {
 public:
  explicit Teller(const CallSites& sites) : sites_(sites), program_(sites.program()) {}

  model::Finding begin(std::string_view rule, model::Confidence confidence) const;

  model::Site site(FunctionId function, summary::Place place) const;
  std::vector<model::Site> stack(const Trace& trace) const;  // innermost first; never empty
  model::Site place(const Trace& trace) const { return stack(trace).front(); }
  Key key(const Trace& trace, summary::Mode mode = summary::Mode::exclusive) const;
  // What a variable is called in fingerprints, as the runtime calls it where it can: a global by its
  // name, a local by the function in which it begins; a member by its class.
  std::string variable_key(const Path& variable) const;

  // "main thread", "thread started at bank.cc:12 (work)", "any thread"
  std::string thread(std::uint32_t root) const;
  // Of several of the context's threads: main if it is one, else the first.
  std::uint32_t thread_of(const Context& context) const;  // roots.size(): unknown
  std::string thread(const Context& context) const { return thread(thread_of(context)); }

  // One thread's part of the story. The way from its function is filled in.
  void add_flow(model::Finding& finding, std::uint32_t root, std::vector<ToldStep> steps) const;
  // The same for a context: in whichever thread of it.
  void add_flow(model::Finding& finding, const Context& context, std::string text) const;

 private:
  std::string function_around(std::string_view place_of_local) const;
  Trace from_root(std::uint32_t root, const Trace& trace) const;
  const CallSites& sites_;
  const Program& program_;
};

void set_fingerprint(model::Finding& finding, const std::vector<Key>& keys);
void set_ring_fingerprint(model::Finding& finding, const std::vector<Key>& keys);
// Of a finding about a variable: fingerprint and access keys. `others`: accesses of which chance decides
// whether they are named; they are in the access keys only.
void set_access_fingerprint(model::Finding& finding, std::string_view variable,
                            const std::vector<Key>& keys, const std::vector<Key>& others = {});
// For rules where chance decides which comes first.
void sort_keys(std::vector<Key>& keys);

}  // namespace lockweave::analyzer::rules
