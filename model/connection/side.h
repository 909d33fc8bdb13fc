#ifndef SONDA_MODEL_CONNECTION_SIDE_H
#define SONDA_MODEL_CONNECTION_SIDE_H

namespace sonda
{

/** The two ends of a relayed connection. */
enum class Side : unsigned char
{
    CLIENT,
    SERVER,
};

constexpr Side
Other(Side side)
{
    return side == Side::CLIENT ? Side::SERVER : Side::CLIENT;
}

/** \return "client" or "server". */
constexpr const char*
ToString(Side side)
{
    return side == Side::CLIENT ? "client" : "server";
}

} // namespace sonda

#endif
