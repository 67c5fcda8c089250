namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>An expression cannot be read (position counts from 1) or evaluated (position is 0).</summary>
internal class CelException(string message, int position = 0) : Exception(
    position == 0 ? message : $"at position {position}: {message}");

/// <summary>An evaluation became too expensive; nothing makes up for that.</summary>
internal sealed class CelCostException() : CelException("operation cancelled: actual cost limit exceeded");
