// onnxGetBackendInfo: sizes, buffers, and what it refuses: section 7.3 of the
// checklist. What the values are is in info_values.cc.
#include <algorithm>
#include <cstring>
#include <limits>

#include "conformance/api/api_kit.h"
#include "conformance/api/info_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr char kFill = '\x5c';

// One call with a buffer of `given` bytes in front of others that must stay.
void AskWith(Test& test, const Session& session, const Selector& selector,
             const std::string& value, size_t given, size_t offset) {
  constexpr size_t kBehind = 16;
  std::vector<char> memory(offset + std::max(given, value.size()) + kBehind,
                           kFill);
  size_t size = given;
  const bool fits = given >= value.size();
  const onnxStatus want =
      fits ? ONNXIFI_STATUS_SUCCESS : ONNXIFI_STATUS_FALLBACK;
  CERTIFY_STATUS(
      test,
      session.plugin().onnxGetBackendInfo(session.id(), selector.number,
                                          memory.data() + offset, &size),
      want, selector.name, " of ", value.size(), " bytes, buffer of ", given);
  CERTIFY_CHECK(test, size == value.size(), selector.name, " in a buffer of ",
                given, ": size ", size, ", not ", value.size());
  const size_t written = fits ? value.size() : 0;
  const auto begin = memory.begin() + static_cast<ptrdiff_t>(offset);
  CERTIFY_CHECK(
      test,
      std::equal(value.begin(), value.begin() + static_cast<ptrdiff_t>(written),
                 begin),
      selector.name, " is another value in a buffer of ", given);
  const auto untouched = [](char c) { return c == kFill; };
  CERTIFY_CHECK(test,
                std::all_of(memory.begin(), begin, untouched) &&
                    std::all_of(begin + static_cast<ptrdiff_t>(written),
                                memory.end(), untouched),
                selector.name, " in a buffer of ", given,
                ": bytes that are not the value's have changed");
}

// Everything that must hold of a selector, whatever its value is.
void SizesAndBuffers(Test& test, const Selector& selector) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.ready(), "no backend");
  const std::optional<std::string> value = InfoBytes(test, session, selector);
  if (!value.has_value()) {
    if (selector.optional && !test.failed()) {
      test.Unsupported(StrCat("the backend does not tell its ", selector.name));
    }
    return;
  }
  const size_t size = value->size();
  if (selector.size > 0) {
    CERTIFY_CHECK(test, size == selector.size, selector.name, " has ", size,
                  " bytes, not ", selector.size);
  } else {
    CERTIFY_CHECK(test, value->find('\0') == size - 1, selector.name,
                  " does not end with one NUL that its size counts");
  }
  for (const size_t given : {size_t{0}, size_t{1}, size / 2, size - 1, size,
                             size + 1, size + 16, size + 4096}) {
    for (const size_t offset : {size_t{0}, size_t{1}, size_t{3}}) {
      AskWith(test, session, selector, *value, given, offset);
    }
  }
  for (const size_t given : {size_t{0}, size, SIZE_MAX}) {
    size_t stored = given;
    CERTIFY_STATUS(test,
                   session.plugin().onnxGetBackendInfo(
                       session.id(), selector.number, nullptr, &stored),
                   ONNXIFI_STATUS_FALLBACK, selector.name,
                   " without a buffer, size ", given);
    CERTIFY_CHECK(test, stored == size, selector.name,
                  " without a buffer: size ", stored, ", not ", size);
  }
}

// The value does not depend on what was done in between.
void SameValueEveryTime(Test& test) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.ready(), "no backend");
  std::vector<std::optional<std::string>> first;
  for (const Selector& selector : Selectors()) {
    first.push_back(InfoBytes(test, session, selector));
  }
  const ProbeModel* model = session.model();
  CERTIFY_REQUIRE(test, model != nullptr, "no model");
  onnxGraph graph = session.NewGraph(model->bytes);
  ProbeTensors tensors({2, 3});
  CERTIFY_REQUIRE(
      test,
      graph != nullptr && session.Bind(graph, tensors) && session.Run(graph),
      "no run");
  Session other(test);
  size_t i = 0;
  for (const Selector& selector : Selectors()) {
    const std::optional<std::string>& before = first[i++];
    for (const Session* on : {&session, &session, &other}) {
      CERTIFY_CHECK(test, InfoBytes(test, *on, selector) == before,
                    selector.name, " has changed");
    }
  }
}

void NullSize(Test& test) {
  Session session(test);
  for (const Selector& selector : Selectors()) {
    char value[8];
    std::memset(value, kFill, sizeof(value));
    CERTIFY_STATUS(test,
                   session.plugin().onnxGetBackendInfo(
                       session.id(), selector.number, value, nullptr),
                   ONNXIFI_STATUS_INVALID_POINTER, selector.name,
                   ": infoValueSize is NULL");
    CERTIFY_STATUS(test,
                   session.plugin().onnxGetBackendInfo(
                       session.id(), selector.number, nullptr, nullptr),
                   ONNXIFI_STATUS_INVALID_POINTER, selector.name,
                   ": infoValueSize is NULL");
    CERTIFY_CHECK(test,
                  std::all_of(std::begin(value), std::end(value),
                              [](char c) { return c == kFill; }),
                  selector.name, ": the buffer has changed");
  }
}

void UnknownSelector(Test& test, onnxBackendInfo number) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.ready(), "no backend");
  char value[64];
  std::memset(value, kFill, sizeof(value));
  size_t size = sizeof(value);
  CERTIFY_STATUS(
      test,
      session.plugin().onnxGetBackendInfo(session.id(), number, value, &size),
      ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE, "selector ", number);
  CERTIFY_CHECK(test, size == sizeof(value), "selector ", number,
                ": the size has changed");
  CERTIFY_CHECK(test,
                std::all_of(std::begin(value), std::end(value),
                            [](char c) { return c == kFill; }),
                "selector ", number, ": the buffer has changed");
  CheckReason(test, session, "an unknown selector");
  CERTIFY_STATUS(
      test,
      session.plugin().onnxGetBackendInfo(session.id(), number, nullptr, &size),
      ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE, "selector ", number);
  CERTIFY_CHECK(test, size == sizeof(value), "selector ", number,
                ": the size has changed");
}

void UnknownSelectors(Test& test) {
  const auto known = [](onnxBackendInfo number) {
    const std::span<const Selector> all = Selectors();
    return std::any_of(all.begin(), all.end(), [&](const Selector& selector) {
      return selector.number == number;
    });
  };
  for (onnxBackendInfo number = -3; number < 64; ++number) {
    if (!known(number)) UnknownSelector(test, number);
  }
  constexpr auto kLargest = std::numeric_limits<onnxBackendInfo>::max();
  constexpr auto kSmallest = std::numeric_limits<onnxBackendInfo>::min();
  for (const onnxBackendInfo number : {255, 256, 65536, kLargest, kSmallest}) {
    UnknownSelector(test, number);
  }
}

}  // namespace

void AddInfoTests(TestList* list) {
  for (const Selector& selector : Selectors()) {
    list->Add(StrCat("info/sizes_of_", selector.name),
              {"R-055", "R-056", "R-057", "R-058", "R-059", "R-060", "R-061",
               "R-075", "R-078", "R-081"},
              [&selector](Test& test) { SizesAndBuffers(test, selector); });
  }
  list->Add("info/same_value_every_time", {"R-077", "R-081"},
            &SameValueEveryTime);
  list->Add("info/null_size", {"R-049"}, &NullSize);
  list->Add("info/unknown_selectors", {"R-052", "R-053", "R-054"},
            &UnknownSelectors);
}

}  // namespace onnxifi::conformance
