// Energies, forces and torques of pairs of bodies on a GPU and on the host, compared.
//
// Needs no HOOMD-blue: nvcc -std=c++17 -arch=native -I../src -o harness harness.cu, then ./harness.
// Exit code 0: they agree; 1: they do not; 2: there is no usable GPU.

#include "rigid_pair.h"
#include "rigid_pair_data.h"

#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

using namespace janus_md;

namespace
{

constexpr int PAIRS = 20000;
constexpr double TOLERANCE = 1e-11; // the compilers contract products and sums in different ways

struct Case
{
    std::string name;
    std::vector<Site> sites;
    std::vector<Row> rows;
    CoulombOf coulomb;
    double shortest, longest; // distances of the centres
};

struct Pair
{
    Vector separation;
    Quaternion turn_a, turn_b;
};

__global__ void compute(const double* body, const double* table, const Pair* pairs, Result* results,
                        int count)
{
    const int k = blockIdx.x * blockDim.x + threadIdx.x;
    if (k < count)
        results[k] = interaction(Body(body), Body(body), Table(table), pairs[k].separation,
                                 pairs[k].turn_a, pairs[k].turn_b);
}

bool good(cudaError_t code, const char* what)
{
    if (code != cudaSuccess)
        std::fprintf(stderr, "%s: %s\n", what, cudaGetErrorString(code));
    return code == cudaSuccess;
}

/// A ring of twelve sites of two kinds about two opposite charges.
std::vector<Site> ring()
{
    std::vector<Site> sites {{0.0, 0.0, 0.4, 2.0, -1}, {0.0, 0.0, -0.4, -2.0, -1}};
    for (int k = 0; k < 12; k++)
        sites.push_back({0.8 * std::cos(0.5236 * k), 0.8 * std::sin(0.5236 * k), 0.1 * k - 0.6, 0.0,
                         k % 2});
    return sites;
}

std::vector<Pair> random_pairs(const Case& one)
{
    std::mt19937_64 generator(1);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform(one.shortest, one.longest);
    std::vector<Pair> pairs(PAIRS);
    for (Pair& pair : pairs)
    {
        double x[11], length[3] = {};
        for (int k = 0; k < 11; k++)
        {
            x[k] = normal(generator);
            length[k < 3 ? 0 : k < 7 ? 1 : 2] += x[k] * x[k];
        }
        const double r = uniform(generator) / std::sqrt(length[0]);
        const double p = 1.0 / std::sqrt(length[1]), q = 1.0 / std::sqrt(length[2]);
        pair = {{r * x[0], r * x[1], r * x[2]},
                {p * x[3], p * x[4], p * x[5], p * x[6]},
                {q * x[7], q * x[8], q * x[9], q * x[10]}};
    }
    return pairs;
}

/// Copy to the device; null without memory.
template <class T> T* on_device(const std::vector<T>& values)
{
    T* pointer = nullptr;
    const size_t bytes = values.size() * sizeof(T);
    if (!good(cudaMalloc(&pointer, bytes), "memory")
        || !good(cudaMemcpy(pointer, values.data(), bytes, cudaMemcpyHostToDevice), "copy"))
        return nullptr;
    return pointer;
}

/// Largest difference over the size of the numbers of a pair; -1 if the device failed.
double difference(const Case& one)
{
    const std::vector<double> body = packed_body(one.sites);
    const std::vector<double> table = packed_table(2, one.rows, one.coulomb);
    const std::vector<Pair> pairs = random_pairs(one);
    std::vector<Result> found(PAIRS);
    double *d_body = on_device(body), *d_table = on_device(table);
    Pair* d_pairs = on_device(pairs);
    Result* d_results = on_device(found);
    if (!d_body || !d_table || !d_pairs || !d_results)
        return -1.0;
    compute<<<(PAIRS + 127) / 128, 128>>>(d_body, d_table, d_pairs, d_results, PAIRS);
    if (!good(cudaMemcpy(found.data(), d_results, PAIRS * sizeof(Result), cudaMemcpyDeviceToHost),
              "kernel"))
        return -1.0;
    cudaFree(d_body);
    cudaFree(d_table);
    cudaFree(d_pairs);
    cudaFree(d_results);
    double worst = 0.0, total = 0.0;
    for (int k = 0; k < PAIRS; k++)
    {
        const Result here
            = interaction(Body(body.data()), Body(body.data()), Table(table.data()),
                          pairs[k].separation, pairs[k].turn_a, pairs[k].turn_b);
        const double *a = &here.energy, *b = &found[k].energy;
        double scale = 1.0;
        for (int n = 0; n < 10; n++)
            scale = std::fmax(scale, std::fabs(a[n]));
        for (int n = 0; n < 10; n++)
            worst = std::fmax(worst, std::fabs(a[n] - b[n]) / scale);
        total += std::fabs(here.energy);
    }
    return total > 0.0 ? worst : INFINITY; // pairs that do not interact test nothing
}

} // namespace

int main()
{
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0)
    {
        std::puts("no GPU here: compiled, not run");
        return 2;
    }
    const std::vector<Row> wca {{0, 0, LENNARD_JONES, 2.5, 0.9, 1.0102},
                                {0, 1, LENNARD_JONES, 2.5, 1.0, 1.1225},
                                {1, 1, LENNARD_JONES, 2.5, 1.2, 1.3470}};
    const std::vector<Row> several {{0, 0, LENNARD_JONES, 2.5, 0.9, 2.25},
                                    {0, 0, YUKAWA, 20.0, 1.3, 5.0},
                                    {0, 1, YUKAWA, -9.0, 0.7, 4.0}};
    const double prefactor = 138.935458 / 1.5;
    const std::vector<Case> cases {
        {"WCA", ring(), wca, {0.0, 0.0, 0.0}, 2.0, 3.5},
        {"Lennard-Jones and Yukawa", ring(), several, {0.0, 0.0, 0.0}, 2.0, 6.0},
        {"smooth Coulomb", ring(), wca, {prefactor, 7.0, 0.0}, 2.0, 8.0},
        {"real-space part of an Ewald sum", ring(), wca, {prefactor, 7.0, 0.45}, 2.0, 8.0},
    };
    bool agree = true;
    for (const Case& one : cases)
    {
        const double worst = difference(one);
        const bool passed = worst >= 0.0 && worst <= TOLERANCE;
        std::printf("%-32s %d pairs, largest relative difference %.1e: %s\n", one.name.c_str(), PAIRS,
                    worst, passed ? "agrees" : "DIFFERS");
        agree = agree && passed;
    }
    return agree ? 0 : 1;
}
