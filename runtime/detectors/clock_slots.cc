// runtime/detectors/clock_slots.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/clock_slots.h"

namespace lockweave::detectors {

unsigned ClockSlots::page_of(Slot slot) {
  const Slot group = slot >> kFirstPageBits;
  return group == 0 ? 0 : 32U - static_cast<unsigned>(__builtin_clz(group));
}

std::size_t ClockSlots::first_in(unsigned page) {
  return page == 0 ? 0 : std::size_t{1} << (kFirstPageBits + page - 1);
}

ClockSlots::Entry* ClockSlots::find(Slot slot) const {
  const unsigned page = page_of(slot);
  return pages_[page].load(std::memory_order_acquire) + (slot - first_in(page));
}

ClockSlots::Entry* ClockSlots::add() {
  const unsigned page = page_of(count_);
  if (pages_[page].load(std::memory_order_relaxed) == nullptr) {
    const std::size_t entries = page == 0 ? std::size_t{1} << kFirstPageBits : first_in(page);
    auto* made = core::arena.make_array<Entry>(entries);
    if (made == nullptr) return nullptr;
    pages_[page].store(made, std::memory_order_release);
  }
  Entry* entry = find(count_);
  entry->slot = count_++;
  return entry;
}

ClockSlots::Entry* ClockSlots::unlink(Entry* before) {
  Entry*& link = before == nullptr ? oldest_ : before->next;
  Entry* entry = link;
  link = entry->next;
  if (newest_ == entry) newest_ = before;
  --free_count_;
  entry->free = false;
  return entry;
}

void ClockSlots::append(Entry& entry) {
  entry.next = nullptr;
  (newest_ == nullptr ? oldest_ : newest_->next) = &entry;
  newest_ = &entry;
  ++free_count_;
}

ClockSlots::Entry* ClockSlots::take_known(const VectorClock& creator) {
  Entry* before = nullptr;
  Entry* at = oldest_;
  for (std::uint32_t i = 0; i < kKeptMax && at != nullptr; ++i) {
    if (creator.knows(at->slot, at->last)) return unlink(before);
    before = at;
    at = at->next;
  }
  return nullptr;
}

ClockSlots::Taken ClockSlots::take(const VectorClock& creator) {
  core::RawGuard guard(guard_);
  Entry* entry = take_known(creator);
  if (entry == nullptr && free_count_ < kKeptMax) entry = add();
  if (entry == nullptr && oldest_ != nullptr) {
    entry = unlink(nullptr);
    entry->forgotten_through.store(entry->last, std::memory_order_release);
    forgotten_.fetch_add(1, std::memory_order_relaxed);
  }
  return entry == nullptr ? Taken{} : Taken{entry->slot, entry->last + 1};
}

void ClockSlots::give_back(Slot slot, Epoch last) {
  core::RawGuard guard(guard_);
  Entry& entry = *find(slot);
  entry.last = last;
  entry.free = true;
  append(entry);
}

bool ClockSlots::is_forgotten(Slot slot, Epoch epoch) const {
  return epoch <= find(slot)->forgotten_through.load(std::memory_order_acquire);
}

// Another thread may have been about to change the list when the process was forked.
void ClockSlots::list_free_anew() {
  oldest_ = newest_ = nullptr;
  free_count_ = 0;
  for (Slot slot = 0; slot < count_; ++slot) {
    if (Entry& entry = *find(slot); entry.free) append(entry);
  }
}

}  // namespace lockweave::detectors
