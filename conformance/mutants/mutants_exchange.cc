// Mutants of interface 1.1: how host and plugin exchange their tables.
#include "conformance/mutants/interface_mutant.h"

namespace onnxifi::mutants {
namespace {

// What onnxGetInterface does instead; `get` is the right plugin's.
using Exchange = onnxStatus (*)(onnxGetInterfaceFunction get, onnxBackendID id,
                                const onnxHostInterface* host,
                                const onnxPluginInterface** plugin);

class ExchangeMutant final : public Mutant {
 public:
  ExchangeMutant(const BasePlugin& base, Exchange exchange)
      : Mutant(base), exchange_(exchange) {}
  onnxStatus GetInterface(onnxGetInterfaceFunction get, onnxBackendID id,
                          const onnxHostInterface* host,
                          const onnxPluginInterface** plugin) override {
    return exchange_(get, id, host, plugin);
  }

 private:
  const Exchange exchange_;
};

// The host's structure is changed before the plugin sees it.
template <auto kChange>
onnxStatus ChangeHost(onnxGetInterfaceFunction get, onnxBackendID id,
                      const onnxHostInterface* host,
                      const onnxPluginInterface** plugin) {
  if (!Whole(host)) return get(id, host, plugin);
  onnxHostInterface changed = *host;
  kChange(&changed);
  return get(id, &changed, plugin);
}
void AnyVersion(onnxHostInterface* host) {
  host->minVersion = host->maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
}
void NoError(onnxHostInterface* host) { host->error = nullptr; }
void NoTrace(onnxHostInterface* host) { host->trace = nullptr; }

onnxStatus MoveTable(onnxGetInterfaceFunction get, onnxBackendID id,
                     const onnxHostInterface* host,
                     const onnxPluginInterface** plugin) {
  const onnxStatus status = get(id, host, plugin);
  // Every one is kept: clients hold it as long as they like.
  if (status == ONNXIFI_STATUS_SUCCESS) {
    *plugin = new onnxPluginInterface(**plugin);
  }
  return status;
}

onnxStatus LeaveStale(onnxGetInterfaceFunction get, onnxBackendID id,
                      const onnxHostInterface* host,
                      const onnxPluginInterface** plugin) {
  const onnxPluginInterface* const before =
      plugin == nullptr ? nullptr : *plugin;
  const onnxStatus status = get(id, host, plugin);
  if (status != ONNXIFI_STATUS_SUCCESS && plugin != nullptr) *plugin = before;
  return status;
}

onnxStatus TakeSmallHost(onnxGetInterfaceFunction get, onnxBackendID id,
                         const onnxHostInterface* host,
                         const onnxPluginInterface** plugin) {
  if (host == nullptr || Whole(host)) return get(id, host, plugin);
  onnxHostInterface whole = {};
  whole.structSize = sizeof(whole);
  whole.minVersion = whole.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  return get(id, &whole, plugin);
}

// Hosts of later versions are refused; what is known of them is not read.
onnxStatus RefuseLaterHost(onnxGetInterfaceFunction get, onnxBackendID id,
                           const onnxHostInterface* host,
                           const onnxPluginInterface** plugin) {
  const bool later =
      host != nullptr && plugin != nullptr && host->structSize > sizeof(*host);
  if (later) *plugin = nullptr;
  return later ? ONNXIFI_STATUS_INVALID_SIZE : get(id, host, plugin);
}

onnxStatus GiveNoTable(onnxGetInterfaceFunction get, onnxBackendID id,
                       const onnxHostInterface* host,
                       const onnxPluginInterface** plugin) {
  const onnxStatus status = get(id, host, plugin);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  *plugin = nullptr;
  return ONNXIFI_STATUS_INTERNAL_ERROR;
}

struct Row {
  const char* name;
  Exchange exchange;
  const char* what;
};
constexpr Row kRows[] = {
    {"table_for_any_version", &ChangeHost<&AnyVersion>,
     "a host of other versions gets a table"},
    {"host_error_lost", &ChangeHost<&NoError>,
     "the host is told of no failure"},
    {"host_trace_lost", &ChangeHost<&NoTrace>, "the host gets no profile"},
    {"table_moves", &MoveTable, "the table lies elsewhere each time"},
    {"table_stale_on_error", &LeaveStale,
     "a refusal of versions does not store NULL"},
    {"table_for_small_host", &TakeSmallHost,
     "a host structure that is too small is accepted"},
    {"table_for_exact_hosts", &RefuseLaterHost,
     "a host structure of a later version is refused"},
    {"table_for_nobody", &GiveNoTable,
     "the interface is offered, and nobody gets a table"},
};

}  // namespace

void AddExchangeMutants(std::vector<MutantInfo>* list) {
  for (const Row& row : kRows) {
    list->push_back(
        {row.name, Area::kInterface, row.what, [row](const BasePlugin& base) {
           return std::make_unique<ExchangeMutant>(base, row.exchange);
         }});
  }
}

}  // namespace onnxifi::mutants
