// tests/unit/model/function_name_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/fingerprint.h"

namespace lockweave::model {
namespace {

struct Name {
  const char* symbol;
  const char* plain;
};

class PlainFunctionName : public ::testing::TestWithParam<Name> {};

TEST_P(PlainFunctionName, Is) {
  EXPECT_EQ(plain_function_name(GetParam().symbol), GetParam().plain) << GetParam().symbol;
}

INSTANTIATE_TEST_SUITE_P(
    Functions, PlainFunctionName,
    ::testing::Values(Name{"main", "main"}, Name{"pthread_mutex_lock", "pthread_mutex_lock"},
                      Name{"f()", "f"}, Name{"ns::f(int, char const*)", "ns::f"},
                      Name{"bank::Account<int>::deposit(int)", "bank::Account::deposit"},
                      Name{"bank::Account<int>::deposit(int) const &", "bank::Account::deposit"},
                      Name{"bank::Account<std::pair<int, long> >::deposit(int) volatile const &&",
                           "bank::Account::deposit"},
                      Name{"(anonymous namespace)::f(int)", "f"},
                      Name{"int (anonymous namespace)::A<int>::h<int>((anonymous namespace)::B*)",
                           "A::h"},
                      Name{"A::A()", "A::A"}, Name{"A::~A()", "A::~A"},
                      Name{"ns::A<int>::A(A<int>&&)", "ns::A::A"},
                      Name{"ns::call(void (*)(int), int (A::*)(char))", "ns::call"},
                      Name{"non-virtual thunk to A::f(int)", "A::f"},
                      Name{"f(int)::Local::method() const", "f::Local::method"},
                      Name{"A::name[abi:cxx11]() const", "A::name"}, Name{"f@mod(int)", "f@mod"}));

INSTANTIATE_TEST_SUITE_P(
    ReturnTypes, PlainFunctionName,
    ::testing::Values(
        Name{"std::vector<int> ns::g<int>(int)", "ns::g"},
        Name{"std::vector<int, std::allocator<int> > const& ns::g<int>(int)", "ns::g"},
        Name{"unsigned long f<unsigned long>(unsigned long)", "f"},
        Name{"auto ns::g<int>(int)", "ns::g"}, Name{"decltype(auto) ns::g<int>(int)", "ns::g"},
        Name{"decltype(f(1) > 2) g<int>(int)", "g"},
        Name{"decltype (f(1)) ns::g<int>(int)", "ns::g"},
        Name{"decltype (h(1))::type ns::g<int>(int)", "ns::g"},
        Name{"std::enable_if<(3 > 2), int>::type f<int>(int)", "f"},
        Name{"std::enable_if<(1 < 2), int>::type f<int>(int)", "f"},
        Name{"void (*ns::g<int>(int))(char)", "ns::g"}, Name{"int (&ns::g<int>(int)) [3]", "ns::g"},
        Name{"auto f(int) -> int", "f"}, Name{"void f(T) [with T = int]", "f"},
        Name{"void f<(E)1, &(A::operator<(A const&))>(int)", "f"},
        Name{"void f<std::function<void (int)> >(std::function<void (int)>)", "f"}));

INSTANTIATE_TEST_SUITE_P(
    Lambdas, PlainFunctionName,
    ::testing::Values(
        Name{"main::{lambda()#1}::operator()() const", "main::{lambda}"},
        Name{"main::$_0::operator()() const", "main::{lambda}"},
        Name{"main::$_12::operator()(int) const", "main::{lambda}"},
        Name{"auto main::'lambda'()::operator()() const", "main::{lambda}"},
        Name{"auto main::'lambda'(auto)::operator()<int>(auto) const", "main::{lambda}"},
        Name{"main::'lambda1'(int, std::vector<int>)::operator()(int) const", "main::{lambda}"},
        Name{"main::{lambda(auto:1)#2}::operator()<int>(int) const", "main::{lambda}"},
        Name{"ns::A::f(int) const::{lambda(int)#1}::operator()(int) const", "ns::A::f::{lambda}"},
        Name{"ns::A::f(int) const::$_0::operator()(int) const", "ns::A::f::{lambda}"},
        Name{"f(int)::{lambda(int)#1}::operator()(int) const::{lambda()#2}::operator()() const",
             "f::{lambda}::{lambda}"},
        Name{"main::{lambda()#1}::_FUN()", "main::{lambda}"},
        Name{"main::$_0::__invoke()", "main::{lambda}"},
        Name{"main::(lambda at a b.cc:3:4)::operator()() const", "main::{lambda}"},
        Name{"void std::__invoke_impl<void, main::{lambda()#1}>(main::{lambda()#1}&&)",
             "std::__invoke_impl"}));

INSTANTIATE_TEST_SUITE_P(
    Operators, PlainFunctionName,
    ::testing::Values(
        Name{"A::operator()(int) const", "A::operator()"}, Name{"A::operator()", "A::operator()"},
        Name{"A::operator<(A const&) const", "A::operator<"},
        Name{"operator<<(std::ostream&, A const&)", "operator<<"},
        Name{"bool operator< <int>(A<int> const&, A<int> const&)", "operator<"},
        Name{"bool operator<<int>(A<int> const&, A<int> const&)", "operator<"},
        Name{"std::ostream& operator<< <int>(std::ostream&, A<int> const&)", "operator<<"},
        Name{"std::ostream& operator<<<int>(std::ostream&, A<int> const&)", "operator<<"},
        Name{"auto operator<=><int>(A<int> const&, A<int> const&)", "operator<=>"},
        Name{"A::operator>>=(int)", "A::operator>>="},
        Name{"A::operator->() const", "A::operator->"},
        Name{"A::operator->*(int)", "A::operator->*"}, Name{"A::operator[](int)", "A::operator[]"},
        Name{"A::operator,(int)", "A::operator,"}, Name{"A::operator++(int)", "A::operator++"},
        Name{"A::operator&&(int)", "A::operator&&"}, Name{"A::operator*()", "A::operator*"},
        Name{"A::operator==(A const&) const", "A::operator=="},
        Name{"A::operator bool() const", "A::operator bool"},
        Name{"A::operator unsigned long() const", "A::operator unsigned long"},
        Name{"A::operator std::vector<int, std::allocator<int> >() const",
             "A::operator std::vector"},
        Name{"operator new(unsigned long)", "operator new"},
        Name{"operator new[](unsigned long, std::nothrow_t const&)", "operator new[]"},
        Name{"operator delete(void*, unsigned long)", "operator delete"},
        Name{"operator\"\" _kg(long double)", "operator\"\"_kg"},
        Name{"operator\"\"_kg(long double)", "operator\"\"_kg"},
        Name{"operators::my_operator(int)", "operators::my_operator"}));

INSTANTIATE_TEST_SUITE_P(
    Suffixes, PlainFunctionName,
    ::testing::Values(Name{"f() [clone .cold]", "f"}, Name{"f(int) (.cold)", "f"},
                      Name{"f(int) [clone .part.0] [clone .cold]", "f"}, Name{"f.part.0", "f"},
                      Name{"f.isra.0", "f"}, Name{"f.constprop.0", "f"}, Name{"f.part.0.cold", "f"},
                      Name{"f.llvm.1234567", "f"},
                      Name{"_GLOBAL__sub_I_main.cc", "_GLOBAL__sub_I_main.cc"}));

INSTANTIATE_TEST_SUITE_P(
    InlineNamespaces, PlainFunctionName,
    ::testing::Values(
        Name{"std::__cxx11::basic_string<char, std::char_traits<char> >::append(char const*)",
             "std::basic_string::append"},
        Name{"std::__1::mutex::lock()", "std::mutex::lock"},
        Name{"std::chrono::_V2::steady_clock::now()", "std::chrono::steady_clock::now"},
        Name{"mine::__1::f()", "mine::__1::f"}));

INSTANTIATE_TEST_SUITE_P(MangledNames, PlainFunctionName,
                         ::testing::Values(Name{"_ZZ4mainENK3$_0clIiEEDaT_", "main::{lambda}"},
                                           Name{"_ZNK4bank7AccountIiEcvSt6vectorIiSaIiEEEv",
                                                "bank::Account::operator std::vector"},
                                           Name{"_Z1fi.part.0", "f"}, Name{"_Zbogus", "_Zbogus"},
                                           Name{"_Z", "_Z"}));

INSTANTIATE_TEST_SUITE_P(NotNames, PlainFunctionName,
                         ::testing::Values(Name{"", ""}, Name{"??", "??"}, Name{"<", "<"},
                                           Name{"(", "("}, Name{"operator", "operator"}));

RC_GTEST_PROP(PlainFunctionNameOfAnything, IsSurvived, (const std::vector<std::uint8_t>& picks)) {
  static constexpr std::string_view kPieces[] = {"operator",
                                                 "::",
                                                 "<",
                                                 ">",
                                                 "(",
                                                 ")",
                                                 "{",
                                                 "}",
                                                 "'",
                                                 "[",
                                                 "]",
                                                 " ",
                                                 "lambda",
                                                 "a",
                                                 "$_0",
                                                 "decltype",
                                                 "const",
                                                 ".part.0",
                                                 "(anonymous namespace)",
                                                 "*",
                                                 "&",
                                                 "~",
                                                 "-",
                                                 "\"\"",
                                                 "new"};
  std::string symbol;
  for (const std::uint8_t pick : picks) symbol += kPieces[pick % std::size(kPieces)];
  RC_ASSERT(symbol.empty() || !plain_function_name(symbol).empty());
}

TEST(PlainFunctionNameOfAnything, LongOnesAreFast) {
  for (const char* piece : {"<", "(", "{lambda(", "a::", "operator<", "(<", "'", "$_0::"}) {
    std::string symbol;
    for (int i = 0; i < 20000; ++i) symbol += piece;
    plain_function_name(symbol);
    plain_function_name(symbol + std::string(100000, ')') + std::string(100000, '>'));
  }
}

}  // namespace
}  // namespace lockweave::model
