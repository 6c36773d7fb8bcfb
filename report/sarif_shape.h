// report/sarif_shape.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Is a JSON document shaped like the part of SARIF 2.1.0 that is read here? A value of another type
// would be taken for a missing one, and a file that says something be told as one that says nothing.
// What may be missing may be missing; unknown keys are nobody's business.
// Pure functions.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace lockweave::cli {

// Deeper documents are refused before they are parsed: reading and freeing them takes stack.
inline constexpr std::size_t kNestingMax = 256;

// Where `text`, as JSON, nests deeper than kNestingMax; npos: nowhere. Cost: one pass.
std::size_t too_deep_at(std::string_view text);

// What is wrong, with its place in the document: "`runs[1].results` is an object, not a list";
// empty: nothing.
std::string wrong_shape(const nlohmann::json& document);

}  // namespace lockweave::cli
