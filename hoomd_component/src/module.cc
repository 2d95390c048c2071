// Python module of the pair force.

#include "evaluator.h"
#include "host_force.h"

#ifdef ENABLE_HIP
#include "hoomd/md/AnisoPotentialPairGPU.h"
#endif

#include <memory>
#include <pybind11/pybind11.h>

PYBIND11_MODULE(_rigid_pair, m)
{
    using Base = hoomd::md::AnisoPotentialPair<janus_md::Evaluator>;
    hoomd::md::detail::export_AnisoPotentialPair<janus_md::Evaluator>(m, "RigidPairByPairs");
    pybind11::class_<janus_md::HostForce, Base, std::shared_ptr<janus_md::HostForce>>(m, "RigidPair")
        .def(pybind11::init<std::shared_ptr<hoomd::SystemDefinition>,
                            std::shared_ptr<hoomd::md::NeighborList>>());
#ifdef ENABLE_HIP
    hoomd::md::detail::export_AnisoPotentialPairGPU<janus_md::Evaluator>(m, "RigidPairGPU");
#endif
}
