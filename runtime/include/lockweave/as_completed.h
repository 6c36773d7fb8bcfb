// lockweave/as_completed.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Futures in the order in which they come to be done, after Python's as_completed.
//
//   for (lockweave::future<page>& next : lockweave::as_completed(downloads)) show(next.get());
//
// Works on any container of futures, or of shared ones, with an index; it must not change meanwhile,
// but get() may be called. Deferred calls come first and run when they are asked for their result.
// Thread-safety: one thread iterates, once. Cost: a queue, and a callback for each future.
// Errors: std::future_error(no_state) for a future that is not valid.
#pragma once

#include <chrono>
#include <cstddef>
#include <future>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "lockweave/future.h"
#include "lockweave/queue.h"

namespace lockweave {

template <class Futures>
class completion_order {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = typename Futures::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = value_type*;
    using reference = decltype(std::declval<Futures&>()[0]);

    iterator(completion_order* order, std::size_t done) : order_(order), done_(done) {}
    reference operator*() const { return order_->futures_[order_->at(done_)]; }
    LOCKWEAVE_ALWAYS_INLINE iterator& operator++() {
      ++done_;
      return *this;
    }
    bool operator==(const iterator& other) const { return done_ == other.done_; }
    bool operator!=(const iterator& other) const { return done_ != other.done_; }

   private:
    completion_order* order_;
    std::size_t done_;
  };

  explicit completion_order(Futures& futures) : futures_(futures) {
    for (std::size_t i = 0; i < futures_.size(); ++i) {
      const auto& each = futures_[i];
      const auto put = [done = done_, i] { done->put(i); };
      const bool deferred = each.wait_for(std::chrono::seconds(0)) == std::future_status::deferred;
      deferred ? put() : each.add_done_callback(put);
    }
  }
  iterator begin() { return {this, 0}; }
  iterator end() { return {this, futures_.size()}; }

 private:
  // Waits for the future that is the `done`th to be so.
  LOCKWEAVE_ALWAYS_INLINE std::size_t at(std::size_t done) {
    while (order_.size() <= done) order_.push_back(*done_->get());
    return order_[done];
  }

  Futures& futures_;
  const std::shared_ptr<queue<std::size_t>> done_ =
      std::make_shared<queue<std::size_t>>("as_completed");
  std::vector<std::size_t> order_;
};

template <class Futures>
completion_order<Futures> as_completed(Futures& futures) {
  return completion_order<Futures>(futures);
}

}  // namespace lockweave
