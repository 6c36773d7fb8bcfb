// report/baseline.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/baseline.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "model/file_text.h"
#include "report/text.h"
#include "report/visible.h"

namespace lockweave::cli {
namespace {

constexpr std::string_view kHeader = "lockweave-baseline ";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kFingerprintSize = 16;

bool is_fingerprint(std::string_view text) {
  return text.size() == kFingerprintSize && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::optional<model::Level> level_from(std::string_view text) {
  for (const model::Level level :
       {model::Level::note, model::Level::warning, model::Level::error}) {
    if (text == model::to_string(level)) return level;
  }
  return std::nullopt;
}

std::string_view next_word(std::string_view& rest) {
  rest = trimmed(rest);
  const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

// "[0123456789abcdef 123456789abcdef0] what follows"; a text that only begins with a bracket stays.
std::vector<std::string> take_access_keys(std::string_view& rest) {
  const std::size_t end = rest.find(']');
  if (!rest.starts_with('[') || end == std::string_view::npos) return {};
  const std::vector<std::string> keys = split(rest.substr(1, end - 1), ' ');
  if (!std::all_of(keys.begin(), keys.end(), is_fingerprint)) return {};
  rest.remove_prefix(end + 1);
  return keys;
}

std::string in_brackets(const std::vector<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "[" : " ") + key;
  return text.empty() ? text : text + "] ";
}

std::optional<BaselineEntry> entry_from(std::string_view line) {
  BaselineEntry entry;
  std::string_view rest = line;
  entry.fingerprint = next_word(rest);
  entry.rule = next_word(rest);
  const std::optional<model::Level> level = level_from(next_word(rest));
  if (!is_fingerprint(entry.fingerprint) || entry.rule.empty() || !level) return std::nullopt;
  entry.level = *level;
  rest = trimmed(rest);
  entry.accesses = take_access_keys(rest);
  entry.text = trimmed(rest);
  return entry;
}

bool check_header(std::string_view line, const std::string& path, std::size_t number,
                  model::ReadError& error) {
  if (!line.starts_with(kHeader)) {
    error = {path, number,
             fmt::format("no baseline: it does not begin with `{}{}`", kHeader, Baseline::kVersion),
             "check the name given with --baseline"};
    return false;
  }
  const std::string_view digits = trimmed(line.substr(kHeader.size()));
  int version = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  const bool whole = end.ec == std::errc() && end.ptr == digits.data() + digits.size();
  if (whole && version == Baseline::kVersion) return true;
  error = {path, number,
           fmt::format("a baseline of version `{}`; this program knows version {}", digits,
                       Baseline::kVersion),
           "use the Lockweave that wrote it, or delete it and make it anew with --update-baseline"};
  return false;
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return visible(text);
}

std::string place_text(const model::Site& site, std::string_view folder) {
  if (site.file.empty()) {
    return site.module.empty() ? std::string("(unknown place)")
                               : fmt::format("{}+{}", base_name(site.module), hex(site.offset));
  }
  const std::string file = below(site.file, folder);
  return site.line == 0 ? file : fmt::format("{}:{}", file, site.line);
}

}  // namespace

std::optional<Baseline> Baseline::load(const std::string& path, model::ReadError& error) {
  std::string content;
  std::string why;
  if (!model::read_file_text(path, content, why)) {
    std::error_code problem;
    const bool missing = !std::filesystem::exists(path, problem) && !problem;
    error = {path, 0, "the baseline cannot be read: " + why,
             missing ? "make it once with --update-baseline, look it through, and commit it"
                     : "check the name given with --baseline and its permissions"};
    return std::nullopt;
  }
  return parse(content, path, error);
}

std::optional<Baseline> Baseline::parse(std::string_view text, const std::string& path,
                                        model::ReadError& error) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Baseline baseline;
  std::vector<std::string> comments;
  const auto set_free = [&] {
    baseline.head_.insert(baseline.head_.end(), comments.begin(), comments.end());
    comments.clear();
  };
  std::size_t number = 0;
  bool has_header = false;
  for (const std::string& raw : split(text, '\n')) {
    ++number;
    const std::string_view line = trimmed(raw);
    if (line.empty()) {
      set_free();
    } else if (line.starts_with('#')) {
      comments.emplace_back(line);
    } else if (!has_header) {
      if (!check_header(line, path, number, error)) return std::nullopt;
      has_header = true;
      set_free();
    } else {
      std::optional<BaselineEntry> entry = entry_from(line);
      if (!entry) {
        error = {path, number, fmt::format("`{}` is no entry of a baseline", line),
                 "an entry is FINGERPRINT RULE LEVEL PLACE: MESSAGE; restore the line, or take it "
                 "out and run with --update-baseline"};
        return std::nullopt;
      }
      entry->comments = std::move(comments);
      comments.clear();
      baseline.add(std::move(*entry), path, number);
    }
  }
  set_free();
  return baseline;
}

void Baseline::add(BaselineEntry entry, const std::string& path, std::size_t number) {
  const std::string fingerprint = entry.fingerprint;
  std::vector<std::string> comments = entry.comments;
  const auto [at, is_new] = entries_.emplace(fingerprint, std::move(entry));
  if (is_new) return;
  auto& kept = at->second.comments;
  for (std::string& comment : comments) {
    if (std::find(kept.begin(), kept.end(), comment) == kept.end()) kept.push_back(comment);
  }
  remarks_.push_back(
      fmt::format("{}:{}: the entry {} stands there twice", path, number, fingerprint));
}

void Baseline::accept(const model::Finding& finding, std::string_view folder) {
  BaselineEntry& entry = entries_[finding.fingerprint];
  if (entry.rule == finding.rule && entry.level == finding.level) return;
  entry.fingerprint = finding.fingerprint;
  entry.rule = finding.rule;
  entry.level = finding.level;
  entry.accesses = finding.accesses;
  entry.text = one_line(place_text(finding.place, folder) + ": " + finding.message);
}

void Baseline::replace(const std::string& fingerprint, const model::Finding& finding,
                       std::string_view folder) {
  accept(finding, folder);
  const auto lesser = entries_.find(fingerprint);
  if (lesser == entries_.end()) return;
  auto& comments = entries_[finding.fingerprint].comments;
  comments.insert(comments.begin(), lesser->second.comments.begin(), lesser->second.comments.end());
  entries_.erase(lesser);
}

std::string Baseline::text() const {
  std::string text = fmt::format("{}{}\n", kHeader, kVersion);
  for (const std::string& comment : head_) text += comment + "\n";
  if (!head_.empty()) text += "\n";
  for (const auto& [fingerprint, entry] : entries_) {
    for (const std::string& comment : entry.comments) text += comment + "\n";
    text += fmt::format("{} {} {} {}{}\n", fingerprint, entry.rule, model::to_string(entry.level),
                        in_brackets(entry.accesses), entry.text);
  }
  return text;
}

std::string replace_file(const std::string& path, std::string_view text) {
  std::error_code error;
  std::filesystem::path target = std::filesystem::canonical(path, error);
  if (error) target = path;
  const std::string temporary = fmt::format("{}.{}.tmp", target.string(), ::getpid());
  struct ::stat old {};
  const mode_t mode = ::stat(target.c_str(), &old) == 0 ? old.st_mode & 07777 : 0666;
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return fmt::format("cannot write {}: {}", path, std::strerror(errno));
  bool good = true;
  for (std::string_view rest = text; good && !rest.empty();) {
    const ssize_t written = ::write(fd, rest.data(), rest.size());
    if (written >= 0) rest.remove_prefix(static_cast<std::size_t>(written));
    good = written >= 0 || errno == EINTR;
  }
  good = good && ::fsync(fd) == 0;
  good = ::close(fd) == 0 && good;
  good = good && ::rename(temporary.c_str(), target.c_str()) == 0;
  if (good) return {};
  std::string why = fmt::format("cannot write {}: {}", path, std::strerror(errno));
  ::unlink(temporary.c_str());
  return why;
}

}  // namespace lockweave::cli
