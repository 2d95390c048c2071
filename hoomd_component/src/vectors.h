// Vectors, quaternions and rotation matrices on host and device.

#pragma once

#if defined(__CUDACC__) || defined(__HIPCC__)
#define JANUS_MD_BOTH __host__ __device__
#else
#define JANUS_MD_BOTH
#endif

namespace janus_md
{

struct Vector
{
    double x, y, z;
};

/// Unit quaternion (w, x, y, z), from the frame of a body to the laboratory.
struct Quaternion
{
    double w, x, y, z;
};

/// Rotation matrix in rows.
struct Matrix
{
    Vector x, y, z;

    JANUS_MD_BOTH explicit Matrix(const Quaternion& q)
        : x {1.0 - 2.0 * (q.y * q.y + q.z * q.z), 2.0 * (q.x * q.y - q.w * q.z),
             2.0 * (q.x * q.z + q.w * q.y)},
          y {2.0 * (q.x * q.y + q.w * q.z), 1.0 - 2.0 * (q.x * q.x + q.z * q.z),
             2.0 * (q.y * q.z - q.w * q.x)},
          z {2.0 * (q.x * q.z - q.w * q.y), 2.0 * (q.y * q.z + q.w * q.x),
             1.0 - 2.0 * (q.x * q.x + q.y * q.y)}
    {
    }

    JANUS_MD_BOTH Matrix(const Vector& x, const Vector& y, const Vector& z) : x(x), y(y), z(z) {}

    JANUS_MD_BOTH Matrix transposed() const
    {
        return Matrix({x.x, y.x, z.x}, {x.y, y.y, z.y}, {x.z, y.z, z.z});
    }
};

JANUS_MD_BOTH inline double dot(const Vector& a, const Vector& b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

JANUS_MD_BOTH inline Vector cross(const Vector& a, const Vector& b)
{
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

JANUS_MD_BOTH inline Vector operator*(const Matrix& m, const Vector& v)
{
    return {dot(m.x, v), dot(m.y, v), dot(m.z, v)};
}

JANUS_MD_BOTH inline Matrix operator*(const Matrix& a, const Matrix& b)
{
    const Matrix columns = b.transposed();
    return Matrix({dot(a.x, columns.x), dot(a.x, columns.y), dot(a.x, columns.z)},
                  {dot(a.y, columns.x), dot(a.y, columns.y), dot(a.y, columns.z)},
                  {dot(a.z, columns.x), dot(a.z, columns.y), dot(a.z, columns.z)});
}

} // namespace janus_md
