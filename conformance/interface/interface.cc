// Interface 1.1: how host and plugin agree on a table.
#include <algorithm>
#include <sstream>

#include "conformance/interface/client_1_1.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr uint32_t kVersion = ONNXIFI_INTERFACE_VERSION_1_1;
// No version of the interface is as low, or as high, as these.
constexpr uint32_t kTooLow = 0x00010000;
constexpr uint32_t kTooHigh = 0x7fff0000;

onnxHostInterface HostOf(uint32_t low, uint32_t high) {
  auto host = New<onnxHostInterface>();
  host.minVersion = low;
  host.maxVersion = high;
  return host;
}

// The session of a test about onnxGetInterface, and that function.
struct Negotiation {
  explicit Negotiation(Test& test) : session(test) {
    if (!session.ready()) return;
    get = session.plugin().Extension<onnxGetInterfaceFunction>(
        session.id(), ONNXIFI_GET_INTERFACE_FUNCTION_NAME);
    if (get == nullptr) {
      test.Unsupported("the backend does not offer interface 1.1");
    }
  }
  onnxStatus Get(const onnxHostInterface& host) {
    table = reinterpret_cast<const onnxPluginInterface*>(this);
    return get(session.id(), &host, &table);
  }
  Session session;
  onnxGetInterfaceFunction get = nullptr;
  const onnxPluginInterface* table = nullptr;
};

// The list of tokens and the lookup by name tell the same.
void TokenAndLookupAgree(Test& test) {
  Session session(test);
  if (!session.ready()) return;
  std::istringstream tokens(
      std::string(session.InfoText(ONNXIFI_BACKEND_EXTENSIONS).c_str()));
  bool listed = false;
  for (std::string token; tokens >> token;) {
    listed = listed || token == ONNXIFI_GET_INTERFACE_FUNCTION_NAME;
  }
  const auto get = test.plugin().Extension<onnxGetInterfaceFunction>(
      session.id(), ONNXIFI_GET_INTERFACE_FUNCTION_NAME);
  CERTIFY_CHECK(test, listed == (get != nullptr), "ONNXIFI_BACKEND_EXTENSIONS ",
                listed ? "lists" : "lacks", " ",
                ONNXIFI_GET_INTERFACE_FUNCTION_NAME, ", and the lookup ",
                get != nullptr ? "finds it" : "does not find it");
  const auto bare = test.plugin().Extension<onnxGetInterfaceFunction>(
      session.id(), "onnxGetInterface");
  CERTIFY_CHECK(test, bare == get, "the bare name finds another function");
  if (get == nullptr) {
    test.Unsupported("the backend does not offer interface 1.1");
  }
}

void OfferedMeansThere(Test& test) {
  Negotiation with(test);
  if (with.get == nullptr) return;
  CERTIFY_STATUS(test, with.Get(HostOf(kVersion, kVersion)),
                 ONNXIFI_STATUS_SUCCESS, "a host of exactly version 1.1");
  CERTIFY_REQUIRE(test, with.table != nullptr, "no table");
  CERTIFY_CHECK(test, with.table->version == kVersion, "version ",
                with.table->version, " in the table for a host of 1.1");
  CERTIFY_CHECK(
      test, with.table->structSize >= offsetof(onnxPluginInterface, checkModel),
      "structSize ", with.table->structSize);
}

void TheHighestCommonVersionIsChosen(Test& test) {
  Negotiation with(test);
  if (with.get == nullptr) return;
  const struct {
    uint32_t low, high;
    bool common;
  } kRows[] = {{kVersion, kVersion, true},
               {kTooLow, kVersion, true},
               {0, kVersion, true},
               {0, 0xffffffff, true},
               {kVersion, 0xffffffff, true},
               {0, 0, false},
               {0, kTooLow, false},
               {kTooHigh, 0xffffffff, false},
               {0xffffffff, 0xffffffff, false},
               {kVersion + 1, kVersion, false},
               {0xffffffff, 0, false}};
  for (const auto& row : kRows) {
    const onnxStatus status = with.Get(HostOf(row.low, row.high));
    const onnxStatus wanted = row.common ? ONNXIFI_STATUS_SUCCESS
                                         : ONNXIFI_STATUS_UNSUPPORTED_VERSION;
    CERTIFY_CHECK(test, status == wanted, "a host of versions ", row.low,
                  " to ", row.high, " gets ", StatusText(status));
    CERTIFY_CHECK(test, (with.table != nullptr) == row.common, "versions ",
                  row.low, " to ", row.high, ": the table is ",
                  with.table == nullptr ? "NULL" : "not NULL");
    if (!row.common || with.table == nullptr) continue;
    CERTIFY_CHECK(test,
                  with.table->version >= row.low &&
                      with.table->version <= row.high &&
                      with.table->version >= kVersion,
                  "version ", with.table->version, " for a host of ", row.low,
                  " to ", row.high);
  }
}

void TheSameTableEachTime(Test& test) {
  Negotiation with(test);
  if (with.get == nullptr) return;
  CERTIFY_STATUS(test, with.Get(HostOf(kVersion, kVersion)),
                 ONNXIFI_STATUS_SUCCESS, "the first time");
  CERTIFY_REQUIRE(test, with.table != nullptr, "no table");
  const onnxPluginInterface* const first = with.table;
  const std::string bytes(reinterpret_cast<const char*>(first),
                          first->structSize);
  for (const uint32_t low : {uint32_t{0}, kTooLow, kVersion}) {
    CERTIFY_STATUS(test, with.Get(HostOf(low, kVersion)),
                   ONNXIFI_STATUS_SUCCESS, "again");
    CERTIFY_CHECK(test, with.table == first,
                  "another address for the same backend and version");
  }
  // Also while the backend is at work, and after it.
  CERTIFY_REQUIRE(test, with.session.NewBackend() != nullptr, "no backend");
  CERTIFY_STATUS(test, with.Get(HostOf(kVersion, kVersion)),
                 ONNXIFI_STATUS_SUCCESS, "with an initialised backend");
  CERTIFY_CHECK(test, with.table == first, "another address");
  CERTIFY_CHECK(test,
                bytes == std::string(reinterpret_cast<const char*>(first),
                                     first->structSize),
                "the table has changed");
}

void BadArgumentsGiveNoTable(Test& test) {
  Negotiation with(test);
  if (with.get == nullptr) return;
  const onnxHostInterface host = HostOf(kVersion, kVersion);
  CERTIFY_STATUS(test, with.get(with.session.id(), &host, nullptr),
                 ONNXIFI_STATUS_INVALID_POINTER, "plugin == NULL");
  const auto junk = reinterpret_cast<const onnxPluginInterface*>(&host);
  const onnxPluginInterface* table = junk;
  CERTIFY_STATUS(test, with.get(with.session.id(), nullptr, &table),
                 ONNXIFI_STATUS_INVALID_POINTER, "host == NULL");
  CERTIFY_CHECK(test, table == nullptr, "a table without a host");
  for (const NoHandle& none : NoHandles()) {
    table = junk;
    CERTIFY_STATUS(test, with.get(none.value, &host, &table),
                   ONNXIFI_STATUS_INVALID_ID, "backendID is ", none.what);
    CERTIFY_CHECK(test, table == nullptr, "a table for ", none.what);
  }
  table = junk;
  CERTIFY_STATUS(test, with.get(with.session.backend(), &host, &table),
                 ONNXIFI_STATUS_INVALID_ID, "backendID is a backend");
  CERTIFY_CHECK(test, table == nullptr, "a table for a backend");
}

// What lies behind structSize is not the host's.
void HostsThatAreShorter(Test& test) {
  Negotiation with(test);
  if (with.get == nullptr) return;
  const onnxHostInterface host = HostOf(kVersion, kVersion);
  for (uint32_t size = 0; size < sizeof(host); size += 4) {
    Result<GuardedBuffer> memory = GuardedBuffer::Make((size + 15) / 8 * 8);
    CERTIFY_REQUIRE(test, memory.ok(), memory.status().message());
    auto* const shorter =
        reinterpret_cast<onnxHostInterface*>(memory.value().bytes().data());
    std::memcpy(memory.value().bytes().data(), &host,
                std::min(memory.value().bytes().size(), sizeof(host)));
    shorter->structSize = size;
    const auto junk = reinterpret_cast<const onnxPluginInterface*>(&host);
    const onnxPluginInterface* table = junk;
    CERTIFY_STATUS(test, with.get(with.session.id(), shorter, &table),
                   ONNXIFI_STATUS_INVALID_SIZE, "host->structSize is ", size,
                   ", which lacks members of 1.1");
    CERTIFY_CHECK(test, table == nullptr, "a table for a host of ", size);
  }
}

void HostsThatAreLonger(Test& test) {
  Negotiation with(test);
  if (with.get == nullptr) return;
  const Later<onnxHostInterface> later(HostOf(kVersion, 0xffffffff));
  CERTIFY_STATUS(test, with.get(with.session.id(), &later.known, &with.table),
                 ONNXIFI_STATUS_SUCCESS,
                 "a host of a later version, with members that this library "
                 "does not know");
  CERTIFY_CHECK(test, with.table != nullptr, "no table");
}

// Each backend of the library has its table, and they agree with the tokens.
void EveryBackendIsAsked(Test& test) {
  Session session(test);
  if (!session.ready()) return;
  size_t offered = 0;
  for (onnxBackendID id : session.all_ids()) {
    const auto get = test.plugin().Extension<onnxGetInterfaceFunction>(
        id, ONNXIFI_GET_INTERFACE_FUNCTION_NAME);
    if (get == nullptr) continue;
    ++offered;
    const onnxHostInterface host = HostOf(kVersion, kVersion);
    const onnxPluginInterface* table = nullptr;
    CERTIFY_STATUS(test, get(id, &host, &table), ONNXIFI_STATUS_SUCCESS,
                   "a backend of the library");
    CERTIFY_CHECK(test, table != nullptr, "no table");
  }
  if (offered == 0) {
    test.Unsupported("no backend of the library offers interface 1.1");
  }
}

// A plugin that has values can check, make and run; one that starts runs can
// make graphs to run.
void GroupsAreWhole(Test& test) {
  Client11 client(test);
  if (!client.ready()) return;
  const onnxPluginInterface& table = client.table();
  const bool check = table.checkModel != nullptr;
  const bool init = table.initGraph != nullptr;
  CERTIFY_CHECK(test, check == init,
                "checkModel and initGraph come together: who accepts a model "
                "must make a graph of it");
  CERTIFY_CHECK(test, table.runValues == nullptr || init,
                "runValues without initGraph: nobody can make the graphs");
  CERTIFY_CHECK(
      test,
      (table.allocateMemory == nullptr && table.importMemory == nullptr) ||
          table.freeMemory != nullptr,
      "memory comes, and there is no freeMemory");
  CERTIFY_CHECK(
      test, (table.exportGraph == nullptr) == (table.importGraph == nullptr),
      "exportGraph and importGraph come together");
}

}  // namespace

void AddInterfaceTests(TestList* list) {
  const std::string at = "interface/negotiation/";
  list->Add(at + "token_and_lookup_agree", {"R-257", "R-258"},
            &TokenAndLookupAgree);
  list->Add(at + "offered_means_there", {"R-ext-22"}, &OfferedMeansThere);
  list->Add(at + "highest_common_version", {"R-ext-22"},
            &TheHighestCommonVersionIsChosen);
  list->Add(at + "same_table_each_time", {"R-ext-23"}, &TheSameTableEachTime);
  list->Add(at + "bad_arguments", {}, &BadArgumentsGiveNoTable);
  list->Add(at + "shorter_hosts", {"R-ext-3"}, &HostsThatAreShorter);
  list->Add(at + "longer_hosts", {"R-ext-3"}, &HostsThatAreLonger);
  list->Add(at + "every_backend", {"R-ext-22"}, &EveryBackendIsAsked);
  list->Add(at + "groups_are_whole", {"R-ext-29"}, &GroupsAreWhole);
}

}  // namespace onnxifi::conformance
