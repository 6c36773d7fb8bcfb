// lockweave/shared.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// shared<T>: a variable whose accesses the runtime watches, without any compiler's help. It holds a T
// and nothing else; it does not synchronise: that is what is being watched.
//
//   lockweave::shared<int> sum{lockweave::variable_name{"sum"}, 0};
//   sum += part;                      // an update: nobody acts on the value that was there
//   int now = sum;                    // a look; also sum.load()
//   sum = 0;                          // a write; also sum.store(0)
//   int old = sum.exchange(0);        // a look and a write
//
//   lockweave::shared<std::vector<int>> list;
//   list.write()->push_back(1);       // access objects, for classes and containers: look and write
//   std::size_t n = list.read()->size();                                         // look
//   lockweave::shared<node*> head;
//   head->value = 1;                  // a look at the pointer; what it points to is not watched
//
//   lockweave::shared<int[8]> cells;
//   cells[3] = 1;                     // each element is a variable of its own
//
// Any T: what T cannot do (copy, compare, add) its shared cannot either; constructors, also of
// aggregates, take their arguments after the name. It stays where it is: no copies and no moves, but
// a = b assigns the value.
//
// Reports: data-race, inconsistent-locking, write-under-shared-lock. Whether a lock orders by design
// or by luck depends on who looks: docs/design/races.md. `sum = sum + part` looks.
// An access object is one access, told when it is made: do not keep it. Construction is no access;
// destruction is a write, except at the end of the process.
// Without a name, a report uses the symbol of a global variable, or the place where it began.
// Thread-safety: as T. Cost without the runtime: one load and one test an access.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "lockweave/detail/operation.h"

namespace lockweave {

struct variable_name {
  const char* text;
};

namespace detail {

LOCKWEAVE_ALWAYS_INLINE inline void tell_access(const volatile void* where, std::size_t size,
                                                lw_access_kind kind) noexcept {
  if (!observed()) return;
  const void* address = const_cast<const void*>(where);
  const auto known = lockweave_lw_access_known();
  if (known != nullptr && known(address, kind) != 0) return;
  at_call_site([=](const void* pc) {
    const operation op(LW_OP_ACCESS, address, LW_VARIABLE, kind);
    if (!op.seen()) return;
    lockweave_lw_access()(address, size, kind, pc);
  });
}

// Between the two halves of an update: whoever decides who runs may let another thread in.
inline void pass_between(const volatile void* where) noexcept {
  if (observed()) const operation op(const_cast<const void*>(where));
}

// Begins and ends with the variable that it stands beside.
inline void begin_variable(const void* address, std::size_t size, const char* name,
                           const void* pc) noexcept {
  const operation op(address);
  if (op.seen()) lockweave_lw_variable_begin()(address, size, name, pc);
}
inline void end_variable(const void* address, std::size_t size, const void* pc) noexcept {
  const operation op(address);
  if (!op.seen()) return;
  lockweave_lw_access()(address, size, LW_END, pc);
  lockweave_lw_variable_end()(address);
}

template <class T>
class accessed {
 public:
  explicit accessed(T& value) noexcept : value_(value) {}
  accessed(const accessed&) = delete;
  accessed& operator=(const accessed&) = delete;

  T* operator->() const noexcept { return &value_; }
  T& operator*() const noexcept { return value_; }

 private:
  T& value_;
};

// Aggregates too, as C++20 does.
template <class T, class... Args>
T make_value(Args&&... args) {
  if constexpr (std::is_constructible_v<T, Args...>) {
    return T(std::forward<Args>(args)...);
  } else {
    return T{std::forward<Args>(args)...};
  }
}

}  // namespace detail

template <class T>
class shared {
 public:
  using value_type = T;

  LOCKWEAVE_ALWAYS_INLINE shared() : value_() { begin_as(nullptr); }
  LOCKWEAVE_ALWAYS_INLINE shared(T value) : value_(std::move(value)) { begin_as(nullptr); }
  template <class... Args>
  LOCKWEAVE_ALWAYS_INLINE explicit shared(variable_name name, Args&&... args)
      : value_(detail::make_value<T>(std::forward<Args>(args)...)) {
    begin_as(name.text);
  }
  LOCKWEAVE_ALWAYS_INLINE ~shared() {
    if (!detail::observed()) return;
    detail::at_call_site([this](const void* pc) { detail::end_variable(&value_, sizeof(T), pc); });
  }
  shared(const shared&) = delete;
  LOCKWEAVE_ALWAYS_INLINE shared& operator=(const shared& other) {
    store(other.load());
    return *this;
  }

  LOCKWEAVE_ALWAYS_INLINE T load() const {
    detail::tell_access(&value_, sizeof(T), LW_LOOK);
    return value_;
  }
  LOCKWEAVE_ALWAYS_INLINE void store(T value) {
    detail::tell_access(&value_, sizeof(T), LW_WRITE);
    value_ = std::move(value);
  }
  // The value that was there. Not atomic, either.
  LOCKWEAVE_ALWAYS_INLINE T exchange(T value) {
    detail::tell_access(&value_, sizeof(T), LW_CHANGE);
    T before = std::move(value_);
    detail::pass_between(&value_);
    value_ = std::move(value);
    return before;
  }
  LOCKWEAVE_ALWAYS_INLINE operator T() const { return load(); }
  LOCKWEAVE_ALWAYS_INLINE shared& operator=(T value) {
    store(std::move(value));
    return *this;
  }
  template <class U = T, class = std::enable_if_t<std::is_pointer_v<U>>>
  LOCKWEAVE_ALWAYS_INLINE U operator->() const {
    return load();
  }

  // Of classes. Other types compare as the values that they convert to.
  template <class U, class = std::enable_if_t<std::is_class_v<T> && !std::is_same_v<U, shared>>>
  LOCKWEAVE_ALWAYS_INLINE friend bool operator==(const shared& a, const U& b) {
    return *a.read() == b;
  }
  template <class U, class = std::enable_if_t<std::is_class_v<T> && !std::is_same_v<U, shared>>>
  LOCKWEAVE_ALWAYS_INLINE friend bool operator!=(const shared& a, const U& b) {
    return !(*a.read() == b);
  }

  [[nodiscard]] LOCKWEAVE_ALWAYS_INLINE detail::accessed<const T> read() const {
    detail::tell_access(&value_, sizeof(T), LW_LOOK);
    return detail::accessed<const T>(value_);
  }
  [[nodiscard]] LOCKWEAVE_ALWAYS_INLINE detail::accessed<T> write() {
    detail::tell_access(&value_, sizeof(T), LW_CHANGE);
    return detail::accessed<T>(value_);
  }

  // The value that was there, or is now, as with a plain variable; no update is atomic.
  LOCKWEAVE_ALWAYS_INLINE T operator++() {
    return update([](T& value) { return ++value; });
  }
  LOCKWEAVE_ALWAYS_INLINE T operator--() {
    return update([](T& value) { return --value; });
  }
  LOCKWEAVE_ALWAYS_INLINE T operator++(int) {
    return update([](T& value) { return value++; });
  }
  LOCKWEAVE_ALWAYS_INLINE T operator--(int) {
    return update([](T& value) { return value--; });
  }
#define LOCKWEAVE_DETAIL_UPDATE(sign)                                                           \
  template <class U>                                                                            \
  LOCKWEAVE_ALWAYS_INLINE T operator sign##=(const U& operand) {                                \
    return update([&operand](T& value) { return value = static_cast<T>(value sign operand); }); \
  }
  LOCKWEAVE_DETAIL_UPDATE(+)
  LOCKWEAVE_DETAIL_UPDATE(-)
  LOCKWEAVE_DETAIL_UPDATE(*)
  LOCKWEAVE_DETAIL_UPDATE(/)
  LOCKWEAVE_DETAIL_UPDATE(%)
  LOCKWEAVE_DETAIL_UPDATE(&)
  LOCKWEAVE_DETAIL_UPDATE(|)
  LOCKWEAVE_DETAIL_UPDATE(^)
  LOCKWEAVE_DETAIL_UPDATE(<<)
  LOCKWEAVE_DETAIL_UPDATE(>>)
#undef LOCKWEAVE_DETAIL_UPDATE

 private:
  template <class U>
  friend class shared;

  LOCKWEAVE_ALWAYS_INLINE void begin_as(const char* name) noexcept {
    if (!detail::observed()) return;
    detail::at_call_site(
        [this, name](const void* pc) { detail::begin_variable(&value_, sizeof(T), name, pc); });
  }
  template <class Change>
  LOCKWEAVE_ALWAYS_INLINE T update(Change change) {
    detail::tell_access(&value_, sizeof(T), LW_UPDATE);
    T value = value_;
    T result = change(value);
    detail::pass_between(&value_);
    value_ = std::move(value);
    return result;
  }

  T value_;
};

// By element: each is a variable of its own, named by the array.
template <class T, std::size_t N>
class shared<T[N]> {
 public:
  using value_type = T;

  LOCKWEAVE_ALWAYS_INLINE shared() = default;
  LOCKWEAVE_ALWAYS_INLINE explicit shared(variable_name name) { begin_as(name.text); }
  template <class... Values,
            class = std::enable_if_t<(sizeof...(Values) > 0 && sizeof...(Values) <= N) &&
                                     (std::is_convertible_v<Values, T> && ...)>>
  LOCKWEAVE_ALWAYS_INLINE shared(Values&&... values)
      : elements_{static_cast<T>(std::forward<Values>(values))...} {}
  template <class... Values,
            class = std::enable_if_t<(sizeof...(Values) > 0 && sizeof...(Values) <= N) &&
                                     (std::is_convertible_v<Values, T> && ...)>>
  LOCKWEAVE_ALWAYS_INLINE explicit shared(variable_name name, Values&&... values)
      : shared(std::forward<Values>(values)...) {
    begin_as(name.text);
  }

  static constexpr std::size_t size() noexcept { return N; }
  shared<T>& operator[](std::size_t index) noexcept { return elements_[index]; }
  const shared<T>& operator[](std::size_t index) const noexcept { return elements_[index]; }
  shared<T>* begin() noexcept { return elements_; }
  shared<T>* end() noexcept { return elements_ + N; }
  const shared<T>* begin() const noexcept { return elements_; }
  const shared<T>* end() const noexcept { return elements_ + N; }

 private:
  template <class U>
  friend class shared;

  LOCKWEAVE_ALWAYS_INLINE void begin_as(const char* name) noexcept {
    for (shared<T>& element : elements_) element.begin_as(name);
  }

  shared<T> elements_[N];
};

}  // namespace lockweave
