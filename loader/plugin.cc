#include "loader/plugin.h"

#include <cstring>
#include <string_view>

#include "base/str_cat.h"
#include "loader/file.h"

namespace onnxifi::loader {

namespace {

constexpr const char* kThrows = "throws an exception from ";

Outcome Refused(const char* function, onnxStatus status) {
  return {
      Reason::kEnumerationFailed,
      StrCat(function, " returned ", StatusName(status), " (", status, ")")};
}

bool HasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(' '), list.size());
    if (list.substr(0, end) == token) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace

Outcome Plugin::Load(const std::string& path, std::unique_ptr<Plugin>* plugin) {
  auto made = std::make_unique<Plugin>();
  made->path_ = path;
  made->name_ = BaseName(path);
  if (Outcome outcome = made->library_.Open(path); !outcome.ok()) {
    return outcome;
  }
  if (Outcome outcome = made->table_.Bind(made->library_); !outcome.ok()) {
    return outcome;
  }
  if (Outcome outcome = made->ListIds(&made->first_ids_); !outcome.ok()) {
    return outcome;
  }
  if (!made->first_ids_.empty()) {
    if (Outcome outcome = made->CheckExtensions(made->first_ids_.front());
        !outcome.ok()) {
      return outcome;
    }
  } else {
    made->why_none_ = made->WhyNoBackends();
  }
  *plugin = std::move(made);
  return {};
}

// Only libraries without backends are asked, and only those that export what
// answers: the text is theirs, so nothing in it is trusted.
std::string Plugin::WhyNoBackends() const {
  constexpr size_t kMaxBytes = 4096;
  const auto function = reinterpret_cast<onnxifiWhyNoBackendsFunction>(
      library_.FindFunction("onnxifiWhyNoBackends"));
  if (function == nullptr) return "";
  try {
    std::string text(kMaxBytes, '\0');
    size_t size = text.size();
    if (function(text.data(), &size) != ONNXIFI_STATUS_SUCCESS) return "";
    text.resize(std::min(text.find('\0'), text.size()));
    return text;
  } catch (...) {
    return "";
  }
}

std::string Plugin::Remark() const {
  std::string remark;
  if (table_.onnxGetExtensionFunctionAddress == nullptr) {
    remark = "core functions only; the loader adds onnxSetIOAndRunGraph";
  }
  if (!why_none_.empty()) {
    remark += StrCat(remark.empty() ? "" : "; ", "no backends: ", why_none_);
  }
  if (allows_null_handles_) {
    remark += StrCat(remark.empty() ? "" : "; ",
                     "refuses the size query, which 1.0 demands");
  }
  return remark;
}

Outcome Plugin::ListIds(std::vector<onnxBackendID>* ids) {
  try {
    for (int attempt = 0; attempt < 3; ++attempt) {
      bool retry = false;
      Outcome outcome = ListIdsOnce(ids, &retry);
      if (!retry) return outcome;
    }
  } catch (const std::bad_alloc&) {
    return {Reason::kNoMemory, "no memory to list its backends"};
  } catch (...) {
    return {Reason::kContract, StrCat(kThrows, "onnxGetBackendIDs")};
  }
  return {Reason::kUnstableCount,
          "changed its number of backends three times in a row"};
}

Outcome Plugin::ListIdsOnce(std::vector<onnxBackendID>* ids, bool* retry) {
  constexpr const char* kFunction = "onnxGetBackendIDs";
  size_t count = 0;
  onnxStatus status = table_.onnxGetBackendIDs(nullptr, &count);
  if (status == ONNXIFI_STATUS_INVALID_POINTER) {
    return ListWithoutSizeQuery(ids);
  }
  // SUCCESS is wrong here, but old libraries say it and the number is good.
  if (status != ONNXIFI_STATUS_FALLBACK && status != ONNXIFI_STATUS_SUCCESS) {
    return Refused(kFunction, status);
  }
  if (count > kMaxBackends) {
    return {Reason::kTooManyBackends,
            StrCat("claims ", count, " backends, the limit is ", kMaxBackends)};
  }
  ids->assign(count, nullptr);
  if (count == 0) return {};
  size_t stored = count;
  status = table_.onnxGetBackendIDs(ids->data(), &stored);
  if (status == ONNXIFI_STATUS_FALLBACK) {
    *retry = true;
    return {};
  }
  if (status != ONNXIFI_STATUS_SUCCESS) return Refused(kFunction, status);
  if (stored > count) {
    return {Reason::kContract, StrCat("claims to have stored ", stored,
                                      " IDs in room for ", count)};
  }
  ids->resize(stored);
  for (const onnxBackendID id : *ids) {
    if (id == nullptr) {
      return {Reason::kContract, "gave NULL as a backend ID"};
    }
  }
  return {};
}

// The example library that ONNX shipped refuses the size query, ignores the
// capacity and stores one ID.
Outcome Plugin::ListWithoutSizeQuery(std::vector<onnxBackendID>* ids) {
  ids->assign(kMaxBackends, nullptr);
  size_t stored = ids->size();
  const onnxStatus status = table_.onnxGetBackendIDs(ids->data(), &stored);
  if (status != ONNXIFI_STATUS_SUCCESS) {
    return Refused("onnxGetBackendIDs", status);
  }
  if (stored > ids->size()) {
    return {Reason::kTooManyBackends, StrCat("claims ", stored, " backends")};
  }
  ids->resize(stored);
  // Other threads read the flag; it is written once, while loading.
  if (!allows_null_handles_) allows_null_handles_ = true;
  return {};
}

void Plugin::BindExtensions(Device* device) const {
  device->set_io_and_run = table_.onnxSetIOAndRunGraph;
  if (table_.onnxGetExtensionFunctionAddress == nullptr) return;
  const auto find = [&](const char* name) -> onnxExtensionFunctionPointer {
    onnxExtensionFunctionPointer function = nullptr;
    try {
      if (table_.onnxGetExtensionFunctionAddress(
              device->inner, name, &function) != ONNXIFI_STATUS_SUCCESS) {
        return nullptr;
      }
    } catch (...) {
      return nullptr;
    }
    return function;
  };
  for (const char* name :
       {"onnxSetIOAndRunGraph", "onnxSetIOAndRunGraphFunction"}) {
    if (const auto function = find(name)) {
      device->set_io_and_run =
          CastFunction<onnxSetIOAndRunGraphFunction>(function);
      break;
    }
  }
  device->last_error = CastFunction<onnxGetLastErrorFunction>(
      find(ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME));
  BindInterface(CastFunction<onnxGetInterfaceFunction>(
                    find(ONNXIFI_GET_INTERFACE_FUNCTION_NAME)),
                device->inner, &device->interface);
}

Outcome Plugin::CheckExtensions(onnxBackendID id) const {
  const std::string extensions = InfoText(id, ONNXIFI_BACKEND_EXTENSIONS);
  for (const char* token :
       {"onnxWaitEventForFunction", "onnxReleaseTraceEventsFunction",
        "onnxGetCurrentBatchSizeFunction"}) {
    if (HasToken(extensions, token)) {
      return {Reason::kFoxi,
              StrCat("lists the extension ", token,
                     ": it is built for foxi, "
                     "whose structures differ from ONNXIFI 1.0")};
    }
  }
  return {};
}

std::string Plugin::InfoText(onnxBackendID id, onnxBackendInfo info) const {
  constexpr size_t kMaxBytes = 64 * 1024;
  try {
    size_t size = 0;
    const onnxStatus query =
        table_.onnxGetBackendInfo(id, info, nullptr, &size);
    if ((query != ONNXIFI_STATUS_FALLBACK && query != ONNXIFI_STATUS_SUCCESS) ||
        size == 0 || size > kMaxBytes) {
      return "";
    }
    std::string text(size, '\0');
    if (table_.onnxGetBackendInfo(id, info, text.data(), &size) !=
            ONNXIFI_STATUS_SUCCESS ||
        size > text.size()) {
      return "";
    }
    text.resize(strnlen(text.data(), size));
    return text;
  } catch (...) {
    return "";
  }
}

}  // namespace onnxifi::loader
