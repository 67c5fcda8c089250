namespace Hortus.Gardenlet;

/// <summary>Something that the shoot's owner configured is wrong or missing; the message names object and field.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="retryable">Whether it may become right without a change of the Shoot.</param>
internal sealed class ShootConfigurationException(string message, bool retryable) : Exception(message)
{
    public bool Retryable { get; } = retryable;
}
