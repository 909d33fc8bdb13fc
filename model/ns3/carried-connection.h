#ifndef SONDA_MODEL_NS3_CARRIED_CONNECTION_H
#define SONDA_MODEL_NS3_CARRIED_CONNECTION_H

#include "model/connection/connection-driver.h"

namespace sonda::sim
{

/**
 * A client's connection through a simulated proxy, as the proxy sees it. Whoever carries its bytes
 * derives from it and owns it; ProxyApplication leads it to agents.
 */
class CarriedConnection : public ConnectionLife
{
  public:
    /** \param begun when the proxy has accepted the client */
    explicit CarriedConnection(Instant begun)
        : ConnectionLife(begun)
    {
    }

    /** It was dispatched: a connection to the server of Agent() is to be made. How that ends is
     * told to the proxy, now or later. */
    virtual void Connect() = 0;

    /** Its dispatch came to nothing: see ConnectionDriver::OnRetry(). */
    virtual void
    OnRetry(Retry /*why*/)
    {
    }

    /** It is over; not to be destroyed meanwhile. */
    virtual void OnEnded(const ConnectionEnd& end) = 0;

  protected:
    ~CarriedConnection() = default;
};

} // namespace sonda::sim

#endif
