#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {

const char* AreaName(Area area) {
  switch (area) {
    case Area::kHandshake:
      return "handshake";
    case Area::kInfo:
      return "info";
    case Area::kStatus:
      return "status";
    case Area::kLifeCycle:
      return "life_cycle";
    case Area::kRun:
      return "run";
    case Area::kOperator:
      return "operator";
    case Area::kInterface:
      return "interface";
    case Area::kControl:
      return "control";
    case Area::kTrap:
      return "trap";
  }
  return "unknown";
}

const std::vector<MutantInfo>& AllMutants() {
  static const auto* const all = [] {
    auto* list = new std::vector<MutantInfo>;
    AddStatusMutants(list);
    AddInfoMutants(list);
    AddLifeMutants(list);
    AddEventMutants(list);
    AddOutputMutants(list);
    AddModelMutants(list);
    AddRewriteMutants(list);
    AddRunMutants(list);
    AddThreadMutants(list);
    AddCheckMutants(list);
    AddHandleMutants(list);
    AddGraphMutants(list);
    AddExchangeMutants(list);
    AddInterfaceMutants(list);
    AddStartRunMutants(list);
    AddValueMutants(list);
    AddMemoryMutants(list);
    AddCompatibilityMutants(list);
    AddExportMutants(list);
    AddTraps(list);
    return list;
  }();
  return *all;
}

}  // namespace onnxifi::mutants
