// onnxGetExtensionFunctionAddress: section 7.10 of the checklist.
#include <algorithm>
#include <string>

#include "conformance/api/api_kit.h"
#include "conformance/api/info_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// Asks by name; the result variable holds something before the call.
struct Answer {
  onnxStatus status;
  void* function;
};
Answer Find(const Session& session, const char* name) {
  auto found = reinterpret_cast<onnxExtensionFunctionPointer>(Preset());
  const onnxStatus status = session.plugin().onnxGetExtensionFunctionAddress(
      session.id(), name, &found);
  return {status, reinterpret_cast<void*>(found)};
}

// False, and the test ends, when the plugin has no such function.
bool HasLookup(Test& test, const Session& session) {
  if (session.plugin().onnxGetExtensionFunctionAddress != nullptr) {
    return session.ready();
  }
  test.Count();
  test.Unsupported("the plugin has no extension functions");
  return false;
}

std::vector<std::string> Tokens(Test& test, const Session& session) {
  return Words(InfoString(test, session, ONNXIFI_BACKEND_EXTENSIONS));
}
bool Has(const std::vector<std::string>& tokens, const char* token) {
  return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
}

// What EXTENSIONS tells is there, and what is there is told.
void TokensAndFunctions(Test& test) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.ready(), "no backend");
  const std::vector<std::string> tokens = Tokens(test, session);
  const bool lookup =
      session.plugin().onnxGetExtensionFunctionAddress != nullptr;
  CERTIFY_CHECK(test, Has(tokens, "onnx_extension_function") == lookup,
                "onnxGetExtensionFunctionAddress is exported: ", lookup,
                ", and EXTENSIONS tells the opposite");
  if (!lookup) return;
  for (const char* name :
       {"onnxSetIOAndRunGraphFunction", ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME,
        ONNXIFI_GET_INTERFACE_FUNCTION_NAME}) {
    const bool told = Has(tokens, name);
    const Answer answer = Find(session, name);
    CERTIFY_CHECK(test, told == (answer.status == ONNXIFI_STATUS_SUCCESS), name,
                  told ? " is in EXTENSIONS, and is not found: "
                       : " is not in EXTENSIONS, and is found: ",
                  StatusText(answer.status));
  }
}

void NullArguments(Test& test) {
  Session session(test);
  if (!HasLookup(test, session)) return;
  const Plugin& f = session.plugin();
  const Answer answer = Find(session, nullptr);
  CERTIFY_CHECK(test, answer.status == ONNXIFI_STATUS_INVALID_POINTER,
                StatusText(answer.status), " when name is NULL");
  CERTIFY_CHECK(test, answer.function == nullptr, "*function is not NULL");
  CheckReason(test, session, "a name that is NULL");
  for (const char* name :
       {static_cast<const char*>(nullptr), "", "onnxSetIOAndRunGraph"}) {
    CERTIFY_STATUS(
        test, f.onnxGetExtensionFunctionAddress(session.id(), name, nullptr),
        ONNXIFI_STATUS_INVALID_POINTER, "function is NULL");
    CERTIFY_STATUS(
        test, f.onnxGetExtensionFunctionAddress(nullptr, name, nullptr),
        ONNXIFI_STATUS_INVALID_POINTER, "function is NULL, and no backend ID");
  }
}

void UnknownNames(Test& test) {
  Session session(test);
  if (!HasLookup(test, session)) return;
  const std::string endless(100000, 'a');
  for (const char* name :
       {"", " ", "nothing", "onnxsetioandrungraph", "ONNXSETIOANDRUNGRAPH",
        "onnxSetIOAndRunGraphFunctio", "onnxSetIOAndRunGraph ",
        " onnxSetIOAndRunGraph", "onnxSetIOAndRunGraphFunctionFunction",
        "SetIOAndRunGraph", "Function", endless.c_str()}) {
    const Answer answer = Find(session, name);
    const std::string shown = std::string(name).substr(0, 60);
    CERTIFY_CHECK(test, answer.status == ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                  StatusText(answer.status), " for '", shown, "'");
    CERTIFY_CHECK(test, answer.function == nullptr,
                  "*function is not NULL for '", shown, "'");
    CheckReason(test, session, shown);
  }
}

// Of a later, different interface, whose structures are others.
void NamesOfForks(Test& test) {
  Session session(test);
  if (!HasLookup(test, session)) return;
  for (const char* name :
       {"onnxWaitEventForFunction", "onnxReleaseTraceEventsFunction",
        "onnxSetOptionFunction", "onnxGetOptionFunction",
        "onnxGetCurrentBatchSizeFunction"}) {
    const Answer answer = Find(session, name);
    CERTIFY_CHECK(test, answer.status == ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                  StatusText(answer.status), " for '", name, "'");
    CERTIFY_CHECK(test, answer.function == nullptr, "*function is not NULL");
  }
}

void BothSpellings(Test& test) {
  Session session(test);
  if (!HasLookup(test, session)) return;
  const std::vector<std::string> tokens = Tokens(test, session);
  for (const std::string name : {"onnxGetExtensionFunctionAddress",
                                 "onnxSetIOAndRunGraph", "onnxGetInterface"}) {
    const Answer bare = Find(session, name.c_str());
    const Answer typed = Find(session, (name + "Function").c_str());
    const bool needed = name == "onnxGetExtensionFunctionAddress" ||
                        Has(tokens, (name + "Function").c_str());
    CERTIFY_CHECK(test, bare.status == typed.status, name, ": ",
                  StatusText(bare.status),
                  ", with 'Function': ", StatusText(typed.status));
    CERTIFY_CHECK(test, bare.function == typed.function, name,
                  ": two addresses");
    CERTIFY_CHECK(test, !needed || bare.function != nullptr, name,
                  " has no address");
    CERTIFY_CHECK(
        test,
        (bare.status == ONNXIFI_STATUS_SUCCESS) == (bare.function != nullptr),
        name, ": ", StatusText(bare.status), " does not fit the address");
  }
}

void SameAddressEveryTime(Test& test) {
  Session session(test);
  if (!HasLookup(test, session)) return;
  for (const char* name :
       {"onnxGetExtensionFunctionAddress", "onnxSetIOAndRunGraph",
        ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME}) {
    const Answer first = Find(session, name);
    Session other(test);
    CERTIFY_CHECK(test, Find(other, name).function == first.function, name,
                  ": another address");
  }
}

}  // namespace

void AddExtensionTests(TestList* list) {
  list->Add("extension/tokens_and_functions", {"R-253", "R-257"},
            &TokensAndFunctions);
  list->Add("extension/null_arguments", {"R-254"}, &NullArguments);
  list->Add("extension/unknown_names", {"R-256"}, &UnknownNames);
  list->Add("extension/names_of_forks", {"R-259"}, &NamesOfForks);
  list->Add("extension/both_spellings", {"R-257", "R-258"}, &BothSpellings);
  list->Add("extension/same_address_every_time", {"R-257"},
            &SameAddressEveryTime);
}

}  // namespace onnxifi::conformance
