// onnxGetBackendIDs and onnxReleaseBackendID: section 7.2 of the checklist.
#include <cstdint>
#include <set>

#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// IDs as the client has them who counts its own references.
class Ids {
 public:
  explicit Ids(Test& test) : test_(test) {}
  ~Ids() { ReleaseAll(); }
  Ids(const Ids&) = delete;
  Ids& operator=(const Ids&) = delete;

  // How many there are; 0: the test has failed.
  size_t Count() {
    size_t count = 0;
    CERTIFY_STATUS(test_, test_.plugin().onnxGetBackendIDs(nullptr, &count),
                   ONNXIFI_STATUS_FALLBACK, "without an array");
    CERTIFY_CHECK(test_, count > 0 && count <= 4096, count, " backends");
    return test_.failed() ? 0 : count;
  }
  // One reference more to each; false: the test has failed.
  bool Take() {
    const size_t all = Count();
    if (all == 0) return false;
    size_t count = all;
    ids_.assign(all, nullptr);
    const onnxStatus status =
        test_.plugin().onnxGetBackendIDs(ids_.data(), &count);
    CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS && count == all,
                  "onnxGetBackendIDs with room for ", all, ": ",
                  StatusText(status), ", ", count, " backends");
    if (test_.failed()) ids_.clear();
    return !test_.failed();
  }
  void ReleaseAll() {
    for (onnxBackendID id : ids_) {
      CERTIFY_STATUS(test_, test_.plugin().onnxReleaseBackendID(id),
                     ONNXIFI_STATUS_SUCCESS, "a live ID");
    }
    ids_.clear();
  }
  const std::vector<onnxBackendID>& ids() const { return ids_; }

 private:
  Test& test_;
  std::vector<onnxBackendID> ids_;
};

onnxStatus AskName(Test& test, onnxBackendID id) {
  size_t size = 0;
  return test.plugin().onnxGetBackendInfo(id, ONNXIFI_BACKEND_NAME, nullptr,
                                          &size);
}

void NullCount(Test& test) {
  onnxBackendID slot = Preset();
  CERTIFY_STATUS(test, test.plugin().onnxGetBackendIDs(nullptr, nullptr),
                 ONNXIFI_STATUS_INVALID_POINTER, "numBackends is NULL");
  CERTIFY_STATUS(test, test.plugin().onnxGetBackendIDs(&slot, nullptr),
                 ONNXIFI_STATUS_INVALID_POINTER, "numBackends is NULL");
  CERTIFY_CHECK(test, slot == Preset(), "the array has changed");
}

void NullArray(Test& test) {
  const size_t all = Ids(test).Count();
  for (const size_t given : {size_t{0}, size_t{1}, all, SIZE_MAX}) {
    size_t count = given;
    CERTIFY_STATUS(test, test.plugin().onnxGetBackendIDs(nullptr, &count),
                   ONNXIFI_STATUS_FALLBACK, "backendIDs is NULL, count ",
                   given);
    CERTIFY_CHECK(test, count == all, "the number is ", count, ", not ", all,
                  ", when the count was ", given);
  }
}

void SmallArray(Test& test) {
  const size_t all = Ids(test).Count();
  for (size_t given = 0; given < all && given <= 16; ++given) {
    std::vector<onnxBackendID> slots(all + 1, Preset());
    size_t count = given;
    CERTIFY_STATUS(test, test.plugin().onnxGetBackendIDs(slots.data(), &count),
                   ONNXIFI_STATUS_FALLBACK, "room for ", given, " of ", all);
    CERTIFY_CHECK(test, count == all, "the number is ", count, ", not ", all);
    for (onnxBackendID slot : slots) {
      CERTIFY_CHECK(test, slot == Preset(), "a slot has changed: room for ",
                    given, " of ", all);
    }
  }
}

void ExactArray(Test& test) {
  Ids ids(test);
  CERTIFY_REQUIRE(test, ids.Take(), "no IDs");
  std::set<onnxBackendID> different;
  for (onnxBackendID id : ids.ids()) {
    CERTIFY_CHECK(test, id != nullptr, "an ID is NULL");
    CERTIFY_CHECK(test, different.insert(id).second, "an ID is there twice");
  }
}

void LargeArray(Test& test) {
  const size_t all = Ids(test).Count();
  CERTIFY_REQUIRE(test, all > 0, "no IDs");
  std::vector<onnxBackendID> slots(all + 3, Preset());
  size_t count = slots.size();
  CERTIFY_STATUS(test, test.plugin().onnxGetBackendIDs(slots.data(), &count),
                 ONNXIFI_STATUS_SUCCESS, "room for three more");
  CERTIFY_REQUIRE(test, count == all, "the number is ", count, ", not ", all);
  for (size_t i = 0; i < slots.size(); ++i) {
    if (i >= all) {
      CERTIFY_CHECK(test, slots[i] == Preset(), "slot ", i,
                    " behind the last ID has changed");
      continue;
    }
    CERTIFY_CHECK(test, slots[i] != nullptr && slots[i] != Preset(), "slot ", i,
                  " holds no ID");
    CERTIFY_STATUS(test, test.plugin().onnxReleaseBackendID(slots[i]),
                   ONNXIFI_STATUS_SUCCESS, "slot ", i);
  }
}

void SameIdEveryTime(Test& test) {
  Ids first(test);
  Ids second(test);
  CERTIFY_REQUIRE(test, first.Take() && second.Take(), "no IDs");
  CERTIFY_CHECK(test, first.ids() == second.ids(),
                "two calls give different IDs for the same backends");
  const std::vector<onnxBackendID> before = first.ids();
  first.ReleaseAll();
  second.ReleaseAll();
  CERTIFY_REQUIRE(test, first.Take(), "no IDs");
  CERTIFY_CHECK(test, first.ids() == before,
                "an ID is another one after its last reference has gone");
}

void ReferencesAreCounted(Test& test) {
  Ids first(test);
  CERTIFY_REQUIRE(test, first.Take(), "no IDs");
  const std::vector<onnxBackendID> all = first.ids();
  {
    Ids second(test);
    CERTIFY_REQUIRE(test, second.Take(), "no IDs");
  }
  for (onnxBackendID id : all) {
    CERTIFY_STATUS(test, AskName(test, id), ONNXIFI_STATUS_FALLBACK,
                   "of two references one is left");
  }
  first.ReleaseAll();
  for (onnxBackendID id : all) {
    CERTIFY_STATUS(test, AskName(test, id), ONNXIFI_STATUS_INVALID_ID,
                   "both references are gone");
    CERTIFY_STATUS(test, test.plugin().onnxReleaseBackendID(id),
                   ONNXIFI_STATUS_INVALID_ID, "both references are gone");
  }
}

void QueriesTakeNoReference(Test& test) {
  Ids ids(test);
  CERTIFY_REQUIRE(test, ids.Take(), "no IDs");
  const std::vector<onnxBackendID> all = ids.ids();
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(ids.Count());
    std::vector<onnxBackendID> slots(all.size());
    size_t count = all.size() - 1;
    CERTIFY_STATUS(test, test.plugin().onnxGetBackendIDs(slots.data(), &count),
                   ONNXIFI_STATUS_FALLBACK, "an array that is too small");
  }
  ids.ReleaseAll();
  for (onnxBackendID id : all) {
    CERTIFY_STATUS(test, AskName(test, id), ONNXIFI_STATUS_INVALID_ID,
                   "a call that gave no ID has taken a reference");
  }
}

// Whoever holds no reference is refused by every function.
void ReleasedIdIsRefused(Test& test) {
  const Plugin& f = test.plugin();
  Ids ids(test);
  CERTIFY_REQUIRE(test, ids.Take(), "no IDs");
  const std::vector<onnxBackendID> all = ids.ids();
  ids.ReleaseAll();
  const std::string model = ProbeModels()[0].bytes;
  for (onnxBackendID id : all) {
    size_t size = 77;
    CERTIFY_STATUS(
        test, f.onnxGetBackendInfo(id, ONNXIFI_BACKEND_NAME, nullptr, &size),
        ONNXIFI_STATUS_INVALID_ID, "a released ID");
    CERTIFY_CHECK(test, size == 77, "the size has changed");
    CERTIFY_STATUS(
        test, f.onnxGetBackendCompatibility(id, model.size(), model.data()),
        ONNXIFI_STATUS_INVALID_ID, "a released ID");
    onnxBackend made = Preset();
    CERTIFY_STATUS(test, f.onnxInitBackend(id, nullptr, &made),
                   ONNXIFI_STATUS_INVALID_ID, "a released ID");
    CERTIFY_CHECK(test, made == nullptr, "*backend is not NULL");
    CERTIFY_STATUS(test, f.onnxReleaseBackendID(id), ONNXIFI_STATUS_INVALID_ID,
                   "a released ID");
    if (f.onnxGetExtensionFunctionAddress == nullptr) continue;
    auto found = reinterpret_cast<onnxExtensionFunctionPointer>(Preset());
    CERTIFY_STATUS(
        test,
        f.onnxGetExtensionFunctionAddress(id, "onnxSetIOAndRunGraph", &found),
        ONNXIFI_STATUS_INVALID_ID, "a released ID");
    CERTIFY_CHECK(test, found == nullptr, "*function is not NULL");
  }
}

void UsableAgainAfterRelease(Test& test) {
  for (int i = 0; i < 3; ++i) {
    Ids ids(test);
    CERTIFY_REQUIRE(test, ids.Take(), "no IDs");
    for (onnxBackendID id : ids.ids()) {
      CERTIFY_STATUS(test, AskName(test, id), ONNXIFI_STATUS_FALLBACK,
                     "enumerated again");
    }
  }
}

// What a short-lived client does, again and again.
void ManyCycles(Test& test) {
  for (int i = 0; i < 100 && !test.failed(); ++i) {
    Session session(test);
    CERTIFY_REQUIRE(test, session.backend() != nullptr, "no backend");
  }
}

}  // namespace

void AddBackendIdTests(TestList* list) {
  list->Add("backend_id/null_count", {"R-025", "R-026"}, &NullCount);
  list->Add("backend_id/null_array", {"R-027", "R-028"}, &NullArray);
  list->Add("backend_id/small_array", {"R-029", "R-030", "R-031"}, &SmallArray);
  list->Add("backend_id/exact_array", {"R-032", "R-034"}, &ExactArray);
  list->Add("backend_id/large_array", {"R-033"}, &LargeArray);
  list->Add("backend_id/same_id_every_time", {"R-037"}, &SameIdEveryTime);
  list->Add("backend_id/references_are_counted", {"R-038", "R-040"},
            &ReferencesAreCounted);
  list->Add("backend_id/queries_take_no_reference", {"R-039"},
            &QueriesTakeNoReference);
  list->Add("backend_id/released_id_is_refused",
            {"R-042", "R-051", "R-086", "R-109", "R-255"},
            &ReleasedIdIsRefused);
  list->Add("backend_id/usable_again_after_release", {"R-046"},
            &UsableAgainAfterRelease);
  list->Add("backend_id/many_cycles", {"R-045"}, &ManyCycles);
}

}  // namespace onnxifi::conformance
